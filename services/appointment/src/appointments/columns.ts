import { type Identity, isGranted } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Database } from '../database/schema.ts'

/** The columns of an appointment that are its own. */
export const OWN = [
  'id',
  'patient_id',
  'doctor_id',
  'department_id',
  'starts_at',
  'ends_at',
  'type',
  'status',
  'reason',
  'notes',
  'series_id',
  'queue_number',
  'created_at',
  'updated_at',
  'version',
] as const

/** What every reader sees. */
const SHOWN = OWN.filter(
  (column): column is Exclude<(typeof OWN)[number], 'reason' | 'notes'> =>
    column !== 'reason' && column !== 'notes',
)

const fullName = (table: 'known_patient' | 'known_doctor') =>
  sql<string>`concat_ws(' ', ${sql.ref(`${table}.first_name`)}, ${sql.ref(`${table}.last_name`)})`

/** What is said of a patient whose record is closed to the reader is for few: as in the patient service, a glass that was broken for the patient opens it. */
function open(identity: Identity, column: 'reason' | 'notes') {
  const own = sql.ref<string | null>(`appointment.${column}`)
  if (isGranted(identity.role, 'patient.restricted.read')) return own
  const opened = identity.break_glass?.patient_id ?? null
  return sql<string | null>`case when known_patient.is_restricted
    and appointment.patient_id is distinct from ${opened}::uuid then null else ${own} end`
}

/** Selects what the wire shows of appointments: their own columns, and the names of the people. */
export function wholeAppointments(
  appointments: SelectQueryBuilder<Database, 'appointment', object>,
  { hospitalId, identity }: Tenant<Database>,
) {
  return appointments
    .innerJoin('known_patient', (join) =>
      join
        .onRef('known_patient.id', '=', 'appointment.patient_id')
        .on('known_patient.hospital_id', '=', hospitalId),
    )
    .innerJoin('known_doctor', (join) =>
      join
        .onRef('known_doctor.id', '=', 'appointment.doctor_id')
        .on('known_doctor.hospital_id', '=', hospitalId),
    )
    .select(SHOWN.map((column) => `appointment.${column}` as const))
    .select([
      open(identity, 'reason').as('reason'),
      open(identity, 'notes').as('notes'),
      fullName('known_patient').as('patient_name'),
      'known_patient.mrn as patient_mrn',
      fullName('known_doctor').as('doctor_name'),
      sql<number>`(extract(epoch from appointment.ends_at - appointment.starts_at) / 60)::integer`.as(
        'duration_minutes',
      ),
    ])
}
