import type { TimelineQuery } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import { sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import type { GlassReport } from './schemas.ts'

/** The broken glasses of one hospital. */
export class BreakGlassRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  /** Those after the glass `after`, whose ids are in the order of time; one more than the limit, when there is a next page. */
  async list(
    ordering: TimelineQuery['ordering'],
    limit: number,
    after?: string,
  ): Promise<GlassReport[]> {
    const isAscending = ordering === 'created_at'
    let query = this.#select()
    if (after !== undefined) query = query.where('id', isAscending ? '>' : '<', after)
    const rows = await query
      .select(['id', 'account_id', 'username', 'role', 'reason_code', 'reason_text', 'patient_id'])
      .select(['created_at', 'expires_at'])
      .select(
        sql<string | null>`case when ended_at is null and expires_at <= now() then expires_at
          else ended_at end`.as('ended_at'),
      )
      .orderBy('id', isAscending ? 'asc' : 'desc')
      .limit(limit + 1)
      .execute()
    return rows.map(({ account_id, username, role, ...row }) => ({
      ...row,
      opened_by: { id: account_id, username, role },
    }))
  }

  async count(): Promise<number> {
    const { total } = await this.#select()
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  #select() {
    return this.#tenant.db
      .selectFrom('break_glass')
      .where('hospital_id', '=', this.#tenant.hospitalId)
  }
}
