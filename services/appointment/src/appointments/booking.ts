import type { DoctorReference, HospitalReference, PatientReference } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { doctorUnavailable, inactive, invalidField } from '../errors.ts'
import type { Directory } from '../references/directory.ts'
import { whyUnavailable } from '../slots/hours.ts'
import type { NewRow } from './repository.ts'
import type { NewAppointment } from './schemas.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** A visit may be written down up to a day late. */
const LATEST_MS = DAY_MS
const FURTHEST_MS = 2 * 366 * DAY_MS

/**
 * From `starts_at`, in UTC with milliseconds, for so many minutes.
 * @param field what the time comes from
 * @throws problem 400 for a time long gone or far away
 */
export function stretchOf(starts_at: string, minutes: number, field = 'starts_at') {
  const start = Date.parse(starts_at)
  const now = Date.now()
  if (start < now - LATEST_MS) throw invalidField(field, 'must not be in the past')
  if (start > now + FURTHEST_MS) throw invalidField(field, 'must be within two years')
  return {
    starts_at: new Date(start).toISOString(),
    ends_at: new Date(start + minutes * MINUTE_MS).toISOString(),
  }
}

/** Whom an appointment brings together, and where. */
export interface Participants {
  patient: PatientReference
  doctor: DoctorReference
  hospital: HospitalReference
}

/**
 * Those whom an appointment shall bring together: both are there and active.
 * @throws problem 404, 409 `patient_inactive` or `doctor_inactive`, 503
 */
export async function participants(
  directory: Directory,
  tenant: Tenant<Database>,
  { patient_id, doctor_id }: { patient_id: string; doctor_id: string },
): Promise<Participants> {
  const asked = [
    directory.patient(tenant, patient_id),
    directory.doctor(tenant, doctor_id),
    directory.hospital(tenant),
  ] as const
  // All at once; of two who are not there it is always the patient who is told of.
  await Promise.allSettled(asked)
  const [patient, doctor, hospital] = [await asked[0], await asked[1], await asked[2]]
  if (!patient.is_active) throw inactive('patient')
  if (!doctor.is_active) throw inactive('doctor')
  return { patient, doctor, hospital }
}

/**
 * Whether the doctor works then, unless a person has confirmed that they will. Whether both are free
 * only the database can tell.
 * @throws problem 409 `doctor_unavailable`
 */
export function checkHours(
  { doctor, hospital }: Participants,
  stretch: { starts_at: string; ends_at: string },
  confirmed: boolean | undefined,
): void {
  const why = whyUnavailable(stretch, doctor, hospital)
  if (why && !confirmed) throw doctorUnavailable(stretch.starts_at, why)
}

/** The department that an appointment is said to be at, else the doctor's. @throws problem 400 for none of the hospital's */
export function departmentOf(
  { doctor, hospital }: Participants,
  said: string | null | undefined,
): string | null {
  if (said === undefined || said === doctor.department_id) return doctor.department_id
  if (said !== null && !hospital.department_ids.includes(said))
    throw invalidField('department_id', 'is not an open department of this hospital')
  return said
}

/** The row of a new appointment. @throws problem 400, 409 `doctor_unavailable` */
export function newAppointment(
  people: Participants,
  { confirm_unavailable, ...said }: NewAppointment,
  field = 'starts_at',
): NewRow {
  const minutes = said.duration_minutes ?? people.doctor.slot_minutes
  const stretch = stretchOf(said.starts_at, minutes, field)
  checkHours(people, stretch, confirm_unavailable)
  return {
    id: uuidv7(),
    patient_id: said.patient_id,
    doctor_id: said.doctor_id,
    ...stretch,
    type: said.type ?? 'consultation',
    department_id: departmentOf(people, said.department_id),
    reason: said.reason ?? null,
    notes: said.notes ?? null,
  }
}
