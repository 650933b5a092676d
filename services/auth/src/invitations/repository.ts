import type { AuditEvent, TimelineQuery } from '@wardstone/contracts'
import { outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, type SqlBool, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { ADMIN_ROLES } from '../users/rules.ts'
import type { Invitation } from './schemas.ts'

/** What is stored of a new invitation; `invited_by` is the caller. */
export interface NewInvitationRow extends Pick<Invitation, 'id' | 'email' | 'role' | 'expires_at'> {
  invited_by: string
  code_hash: Buffer
}

const COLUMNS = ['id', 'email', 'role', 'invited_by', 'created_at', 'expires_at'] as const

/** The invitations into one hospital. */
export class InvitationRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>, db = tenant.db) {
    this.#db = db
    this.#hospitalId = tenant.hospitalId
  }

  /**
   * Stores an invitation of an administrator; false when the inviter is none any more. Their
   * membership is locked: who takes it from them sees this invitation, or is seen by it.
   */
  async create(invitation: NewInvitationRow, event: AuditEvent): Promise<boolean> {
    const { id, email, role, code_hash, expires_at, invited_by } = invitation
    const row = await this.#db
      .with('inviter', (db) =>
        db
          .selectFrom('membership')
          .where('hospital_id', '=', this.#hospitalId)
          .where('account_id', '=', invited_by)
          .where('status', '=', 'active')
          .where('role', 'in', ADMIN_ROLES)
          .select(['hospital_id', 'account_id'])
          .forShare(),
      )
      .with('change', (db) =>
        db
          .insertInto('invitation')
          .columns(['hospital_id', 'invited_by', 'id', 'email', 'role', 'code_hash', 'expires_at'])
          .expression((eb) =>
            eb
              .selectFrom('inviter')
              .select([
                'hospital_id',
                'account_id',
                sql<string>`${id}::uuid`.as('id'),
                sql<string>`${email}::text`.as('email'),
                sql<string>`${role}::text`.as('role'),
                sql<Buffer>`${code_hash}::bytea`.as('code_hash'),
                sql<string>`${expires_at}::timestamptz`.as('expires_at'),
              ]),
          )
          .returning('id'),
      )
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('change')
      .select('id')
      .executeTakeFirst()
    return row !== undefined
  }

  /** Those that are open; one more than the limit, when there is a next page. */
  list(
    ordering: TimelineQuery['ordering'],
    limit: number,
    after: readonly [string, string] | undefined,
  ): Promise<Invitation[]> {
    const [direction, follows] =
      ordering === 'created_at' ? (['asc', sql`>`] as const) : (['desc', sql`<`] as const)
    let query = this.#db.selectFrom('invitation').where(this.#open())
    if (after) {
      query = query.where(sql<SqlBool>`(created_at, id) ${follows} (${after[0]}, ${after[1]})`)
    }
    return query
      .select(COLUMNS)
      .orderBy('created_at', direction)
      .orderBy('id', direction)
      .limit(limit + 1)
      .execute()
  }

  async count(): Promise<number> {
    const { total } = await this.#db
      .selectFrom('invitation')
      .where(this.#open())
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  /** Withdraws an open invitation. False when there is no such one. */
  async withdraw(id: string, event: AuditEvent): Promise<boolean> {
    const row = await this.#db
      .with('change', (db) =>
        db
          .updateTable('invitation')
          .where(this.#open())
          .where('id', '=', id)
          .set({ withdrawn_at: sql`now()` })
          .returning('id'),
      )
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('change')
      .select('id')
      .executeTakeFirst()
    return row !== undefined
  }

  /** Withdraws every open invitation of somebody who may invite no longer. */
  async withdrawAllOf(invited_by: string, toEvent: (id: string) => AuditEvent): Promise<void> {
    const open = await this.#db
      .selectFrom('invitation')
      .where(this.#open())
      .where('invited_by', '=', invited_by)
      .select('id')
      .orderBy('id')
      .execute()
    for (const { id } of open) await this.withdraw(id, toEvent(id))
  }

  #open() {
    return sql<SqlBool>`invitation.hospital_id = ${this.#hospitalId} and invitation.accepted_at is null
      and invitation.withdrawn_at is null and invitation.expires_at > now()`
  }
}
