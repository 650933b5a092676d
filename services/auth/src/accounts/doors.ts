import type { RawBuilder } from 'kysely'
import { sql } from 'kysely'
import type { HospitalRole } from '../database/schema.ts'

/** A way into a hospital: asking its administrators, or an invitation by its code. */
export type Door = { hospital_id: string } | { code_hash: Buffer }

/** What somebody becomes who goes through. */
export interface Entering {
  hospital_id: string
  role: HospitalRole
  status: 'pending' | 'active'
}

/** The active administrators of the hospital that a row of `table` is of. */
export function administratorsOf(table: 'hospital' | 'invitation') {
  return sql`select from membership where membership.hospital_id = ${sql.ref(`${table}.hospital_id`)}
    and membership.status = 'active' and membership.role = 'admin'`
}

/** False for an invitation of the platform, which names the person, once the hospital has an administrator. */
export const isWanted = sql<boolean>`(invitation.username is null
  or not exists (${administratorsOf('invitation')}))`

/**
 * The body of a CTE with one row when the door is open to `accountId`, else with none. An invitation
 * is used up by it, in the statement that makes the member: of many at once, one goes through.
 */
export function entering(door: Door, accountId: string): RawBuilder<Entering> {
  return 'hospital_id' in door
    ? sql`(select hospital_id, 'staff' as role, 'pending' as status from hospital
        where hospital_id = ${door.hospital_id} and is_active and is_listed)`
    : sql`(update invitation set accepted_at = now(), accepted_by = ${accountId}
        from hospital
        where invitation.code_hash = ${door.code_hash} and invitation.accepted_at is null
          and invitation.withdrawn_at is null and invitation.expires_at > now()
          and hospital.hospital_id = invitation.hospital_id and hospital.is_active
          and ${isWanted}
        returning invitation.hospital_id, invitation.role, 'active' as status)`
}
