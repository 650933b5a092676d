import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows, type Tenant } from '@wardstone/tenancy'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database/schema.ts'
import { endSessionsOfMember, type revocationPeriod } from '../sessions/ending.ts'
import { sessionRevoked } from '../sessions/events.ts'
import { membershipChanged } from './events.ts'
import { ADMIN_ROLES, type LockedMembership, type Standing } from './rules.ts'

/** The memberships of one hospital, within the transaction that changes one of them. */
export class MembershipRepository {
  readonly #trx: Transaction<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>, trx: Transaction<Database>) {
    this.#trx = trx
    this.#hospitalId = tenant.hospitalId
  }

  /**
   * Locks some members and every active administrator of the hospital, always in the same order, so
   * that of two changes that could each leave it without an administrator one sees the other.
   */
  lock(ids: readonly string[]): Promise<LockedMembership[]> {
    return this.#trx
      .selectFrom('membership')
      .where('hospital_id', '=', this.#hospitalId)
      .where((eb) =>
        eb.or([
          eb('account_id', '=', sql<string>`any(${ids}::uuid[])`),
          eb.and([eb('status', '=', 'active'), eb('role', 'in', ADMIN_ROLES)]),
        ]),
      )
      .select(['account_id', 'role', 'status', 'version'])
      .orderBy('account_id')
      .forNoKeyUpdate()
      .execute()
  }

  /** Gives a locked member a new standing; the access tokens that say the old one are refused. */
  async change(
    { account_id, version: old }: LockedMembership,
    standing: Standing,
    { period, event }: { period: ReturnType<typeof revocationPeriod>; event: AuditEvent },
  ): Promise<void> {
    const hospital_id = this.#hospitalId
    const version = old + 1
    const { expires_at } = period
    const changed = membershipChanged({ account_id, hospital_id, version, expires_at })
    await this.#trx
      .with('change', (db) =>
        db
          .updateTable('membership')
          .where('hospital_id', '=', hospital_id)
          .where('account_id', '=', account_id)
          .set({ ...standing, version, updated_at: sql`now()` })
          .returning('account_id'),
      )
      .with('revoked', (db) =>
        db
          .insertInto('revocation')
          .values({ hospital_id, kind: 'membership', id: account_id, version, ...period })
          .onConflict((conflict) =>
            conflict.columns(['hospital_id', 'kind', 'id']).doUpdateSet({ version, ...period }),
          ),
      )
      .with('sent', () => outboxRows('change', [event, changed]))
      .selectFrom('change')
      .select('account_id')
      .executeTakeFirstOrThrow()
  }

  /** Ends the sessions that a member has in the hospital. */
  async endSessions(
    account_id: string,
    period: ReturnType<typeof revocationPeriod>,
  ): Promise<void> {
    const hospital_id = this.#hospitalId
    const departure = { hospital_id, account_id, reason: 'member_disabled', period } as const
    const ended = await endSessionsOfMember(this.#trx, departure)
    const revoked = ended.map(({ id }) =>
      sessionRevoked(hospital_id, { session_id: id, ...period }),
    )
    await this.#trx
      .with('change', (db) =>
        db
          .selectFrom('membership')
          .where('hospital_id', '=', hospital_id)
          .where('account_id', '=', account_id)
          .select('account_id'),
      )
      .with('sent', () => outboxRows('change', revoked))
      .selectFrom('change')
      .select('account_id')
      .execute()
  }
}
