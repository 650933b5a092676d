import type { Role, TimelineQuery } from '@wardstone/contracts'
import { type Kysely, sql } from 'kysely'
import { type Glass, glassOf } from '../break-glass/glass.ts'
import type { Database } from '../database/schema.ts'

/** An open session, as its person may see it, with the hospital and the role it was opened for. */
export interface OwnSession {
  id: string
  hospital_id: string
  hospital_name: string
  role: Role
  ip: string
  user_agent: string | null
  created_at: string
  last_used_at: string
  expires_at: string
  /** What it opened, if that is why it began. */
  glass: Glass | null
}

/**
 * The open sessions of one person, in every hospital they are a member of: the devices are the
 * person's, whichever membership each is signed in as.
 */
export class SystemOwnSessionRepository {
  readonly #db: Kysely<Database>
  readonly #accountId: string

  /** @param accountId of the verified identity */
  constructor(db: Kysely<Database>, accountId: string) {
    this.#db = db
    this.#accountId = accountId
  }

  find(id: string): Promise<OwnSession | undefined> {
    return this.#described().where('session.id', '=', id).executeTakeFirst()
  }

  /** Those after the session `after`, whose ids are in the order of time; one more than the limit, when there is a next page. */
  list(ordering: TimelineQuery['ordering'], limit: number, after?: string): Promise<OwnSession[]> {
    const isAscending = ordering === 'created_at'
    let query = this.#described()
    if (after !== undefined) query = query.where('session.id', isAscending ? '>' : '<', after)
    return query
      .orderBy('session.id', isAscending ? 'asc' : 'desc')
      .limit(limit + 1)
      .execute()
  }

  async count(): Promise<number> {
    const { total } = await this.#open()
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  #open() {
    return this.#db
      .selectFrom('membership')
      .innerJoin('session', (join) =>
        join
          .onRef('session.hospital_id', '=', 'membership.hospital_id')
          .onRef('session.account_id', '=', 'membership.account_id'),
      )
      .innerJoin('hospital', 'hospital.hospital_id', 'membership.hospital_id')
      .where('membership.account_id', '=', this.#accountId)
      .where('session.ended_at', 'is', null)
      .where('session.expires_at', '>', sql<string>`now()`)
  }

  #described() {
    return this.#open().select([
      'session.id',
      'session.hospital_id',
      'hospital.name as hospital_name',
      'membership.role',
      'session.ip',
      'session.user_agent',
      'session.created_at',
      sql<string>`coalesce(session.last_used_at, session.created_at)`.as('last_used_at'),
      'session.expires_at',
      glassOf('session.id'),
    ])
  }
}
