import type { AuditEvent } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { Hospital, HospitalPatch } from './schemas.ts'

/** The columns of a hospital that its members see. */
export const COLUMNS = [
  'id',
  'slug',
  'name',
  'address',
  'phone',
  'email',
  'subscription_plan',
  'is_active',
  'is_listed',
  'time_zone',
  'locale',
  'created_at',
  'updated_at',
  'version',
] as const

/** What to do with a hospital as it is now; undefined to leave it. May throw instead. */
export type Decide = (
  current: Hospital,
) => { fields: HospitalPatch; events: (AuditEvent | OutboxEvent)[] } | undefined

/**
 * Changes one hospital and tells of it, in one transaction that holds the row from the look to the
 * change. Undefined when it is not there for this role.
 */
export function changeHospital(
  db: Kysely<Database>,
  id: string,
  decide: Decide,
): Promise<Hospital | undefined> {
  return db.transaction().execute(async (trx) => {
    const rows = trx.selectFrom('hospital').where('id', '=', id)
    const current = await rows.select(COLUMNS).forUpdate().executeTakeFirst()
    const decision = current && decide(current)
    if (!decision) return current
    const { fields, events } = decision
    return trx
      .with('change', (qb) =>
        qb
          .updateTable('hospital')
          .set({
            ...fields,
            ...(fields.is_active !== undefined && {
              suspended_at: fields.is_active ? null : sql`now()`,
            }),
            updated_at: sql`now()`,
            version: sql`version + 1`,
            calendar_version: sql`calendar_version + 1`,
          })
          .where('id', '=', id)
          .returning(COLUMNS),
      )
      .with('sent', () => outboxRows('change', events))
      .selectFrom('change')
      .select(COLUMNS)
      .executeTakeFirstOrThrow()
  })
}
