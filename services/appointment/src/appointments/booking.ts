import type { DoctorReference, PatientReference } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { doctorUnavailable, inactive, invalidField } from '../errors.ts'
import type { Directory } from '../references/directory.ts'
import { whyUnavailable } from '../slots/hours.ts'

/** Who shall meet whom, and when. */
export interface Meeting {
  patient_id: string
  doctor_id: string
  starts_at: string
  ends_at: string
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** A visit may be written down up to a day late. */
const LATEST_MS = DAY_MS
const FURTHEST_MS = 2 * 366 * DAY_MS

/** How long an appointment takes unless said, in minutes. */
export const DURATION_MINUTES = 30

/** From `starts_at`, in UTC with milliseconds, for so many minutes. @throws problem 400 for a time long gone or far away */
export function stretchOf(starts_at: string, minutes: number) {
  const start = Date.parse(starts_at)
  const now = Date.now()
  if (start < now - LATEST_MS) throw invalidField('starts_at', 'must not be in the past')
  if (start > now + FURTHEST_MS) throw invalidField('starts_at', 'must be within two years')
  return {
    starts_at: new Date(start).toISOString(),
    ends_at: new Date(start + minutes * MINUTE_MS).toISOString(),
  }
}

interface Checked {
  patient: PatientReference
  doctor: DoctorReference
}

/**
 * Whether `meeting` can be: both are there and active, and the doctor works then, unless a person has
 * confirmed that they will. Whether both are free only the database can tell.
 * @throws problem 404, 409 `patient_inactive`, `doctor_inactive`, `doctor_unavailable`, 503
 */
export async function checkMeeting(
  directory: Directory,
  tenant: Tenant<Database>,
  meeting: Meeting,
  confirmed: boolean | undefined,
): Promise<Checked> {
  const [patient, doctor, hospital] = await Promise.all([
    directory.patient(tenant, meeting.patient_id),
    directory.doctor(tenant, meeting.doctor_id),
    directory.hospital(tenant),
  ])
  if (!patient.is_active) throw inactive('patient')
  if (!doctor.is_active) throw inactive('doctor')
  const why = whyUnavailable(meeting, doctor, hospital)
  if (why && !confirmed) throw doctorUnavailable(meeting.starts_at, why)
  return { patient, doctor }
}
