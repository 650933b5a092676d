import type { BreakGlass } from '@wardstone/contracts'
import { type QueryCreator, sql } from 'kysely'
import { type Member, onWire } from '../accounts/memberships.ts'
import type { Database } from '../database/schema.ts'

/** A broken glass: what tokens say of it, and the hospital that it opened. */
export interface Glass extends BreakGlass {
  hospital_id: string
  hospital_name: string
}

/** The glass that the session with the id in `column` was opened with, as one JSON column. */
export function glassOf(column: string) {
  return sql<Glass | null>`(
    select jsonb_build_object('id', break_glass.id, 'reason_code', break_glass.reason_code,
      'patient_id', break_glass.patient_id, 'hospital_id', hospital.hospital_id,
      'hospital_name', hospital.name)
    from break_glass join hospital on hospital.hospital_id = break_glass.hospital_id
    where break_glass.session_id = ${sql.ref(column)})`.as('glass')
}

/** What the tokens and the events of a session say of its glass. */
export function inTokens({ id, reason_code, patient_id }: Glass): BreakGlass {
  return { id, reason_code, patient_id }
}

/**
 * Where and as what the holder of a session acts: as the membership, unless that is the platform's
 * and a hospital's glass is broken.
 */
export function actingAs(
  member: Pick<Member, 'hospital_id' | 'hospital_name' | 'role'>,
  glass: Pick<Glass, 'hospital_id' | 'hospital_name'> | null | undefined,
) {
  const own = onWire(member)
  if (!glass || own.hospital_id !== null) return own
  const { hospital_id, hospital_name } = glass
  return { hospital_id, hospital_name, role: 'break_glass' as const }
}

/** Notes with the sessions that the CTE `change` ended that their glasses are whole again. */
export function closeGlasses(db: QueryCreator<Database & { change: { id: string } }>) {
  return db
    .updateTable('break_glass')
    .from('change')
    .whereRef('break_glass.session_id', '=', 'change.id')
    .where('break_glass.ended_at', 'is', null)
    .set({ ended_at: sql`now()` })
}
