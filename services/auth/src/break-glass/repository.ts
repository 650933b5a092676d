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

  /** The newest before the glass `before`; one more than the limit, when there is a next page. */
  async list(limit: number, before?: string): Promise<GlassReport[]> {
    let query = this.#select()
    if (before !== undefined) query = query.where('id', '<', before)
    const rows = await query
      .select(['id', 'account_id', 'username', 'role', 'reason_code', 'reason_text', 'patient_id'])
      .select(['created_at', 'expires_at'])
      .select(
        sql<string | null>`case when ended_at is null and expires_at <= now() then expires_at
          else ended_at end`.as('ended_at'),
      )
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    return rows.map(({ account_id, username, role, ...row }) => ({
      ...row,
      opened_by: { id: account_id, username, role },
    }))
  }

  #select() {
    return this.#tenant.db
      .selectFrom('break_glass')
      .where('hospital_id', '=', this.#tenant.hospitalId)
  }
}
