import { type Identity, isGranted } from '@wardstone/contracts'
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** True when `identity` opens every restricted patient of its hospital. */
const opensAll = (identity: Identity) => isGranted(identity.role, 'patient.restricted.read')

/** True when the record of `patient` is closed to `identity`: restricted, and no glass broken for exactly this patient. */
export function isClosedTo(
  identity: Identity,
  patient: { id: string; is_restricted: boolean },
): boolean {
  return (
    patient.is_restricted && !opensAll(identity) && identity.break_glass?.patient_id !== patient.id
  )
}

/** The same of a row of `table`, in SQL. */
export function rowIsClosedTo(
  identity: Identity,
  table: 'patient' | 'change',
): RawBuilder<SqlBool> {
  if (opensAll(identity)) return sql`false`
  const opened = identity.break_glass?.patient_id ?? null
  return sql`(${sql.ref(`${table}.is_restricted`)} and ${sql.ref(`${table}.id`)} is distinct from ${opened}::uuid)`
}
