import type { AuditEvent } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows } from '@wardstone/tenancy'
import { type Insertable, type Kysely, sql } from 'kysely'
import type { Database, HospitalTable } from '../database/schema.ts'
import type { Hospital, ListedHospital } from './schemas.ts'
import { COLUMNS, changeHospital, type Decide } from './stored-hospital.ts'

/**
 * Every hospital: for the public list, the platform's administrators and the gateway. Routes give it
 * nothing of a hospital's member.
 */
export class SystemHospitalRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** The first `limit` active and listed hospitals by name, those behind the name `after`. */
  listed(limit: number, after?: string): Promise<ListedHospital[]> {
    let query = this.#listed().select(['id', 'slug', 'name']).orderBy('name').limit(limit)
    if (after !== undefined) query = query.where('name', '>', after)
    return query.execute()
  }

  async countListed(): Promise<number> {
    const row = await this.#listed()
      .select(sql<number>`count(*)::int`.as('count'))
      .executeTakeFirstOrThrow()
    return row.count
  }

  find(id: string): Promise<Hospital | undefined> {
    return this.#db.selectFrom('hospital').where('id', '=', id).select(COLUMNS).executeTakeFirst()
  }

  create(
    hospital: Insertable<HospitalTable>,
    events: readonly (AuditEvent | OutboxEvent)[],
  ): Promise<Hospital> {
    return this.#db
      .with('change', (qb) => qb.insertInto('hospital').values(hospital).returning(COLUMNS))
      .with('sent', () => outboxRows('change', events))
      .selectFrom('change')
      .select(COLUMNS)
      .executeTakeFirstOrThrow()
  }

  /** Changes a hospital as `decide` says, seeing it as it is now. */
  change(id: string, decide: Decide): Promise<Hospital | undefined> {
    return changeHospital(this.#db, id, decide)
  }

  async suspensions(): Promise<{ hospital_id: string; suspended_at: string }[]> {
    return this.#db
      .selectFrom('hospital')
      .where('suspended_at', 'is not', null)
      .select(['id as hospital_id', 'suspended_at'])
      .$narrowType<{ suspended_at: string }>()
      .execute()
  }

  #listed() {
    return this.#db
      .selectFrom('hospital')
      .where('is_active', '=', true)
      .where('is_listed', '=', true)
  }
}
