import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { isFoundBy } from '../records/search-words.ts'
import { inWindow, type Window } from '../records/window.ts'
import type { toRow } from './rules.ts'
import type { Department, DepartmentListQuery, DepartmentStats } from './schemas.ts'

const COLUMNS = [
  'id',
  'name',
  'code',
  'description',
  'head_doctor_id',
  'is_active',
  'created_at',
  'updated_at',
  'version',
] as const

type DepartmentRow = ReturnType<typeof toRow>

export type DepartmentFilter = Pick<DepartmentListQuery, 'is_active' | 'head_doctor_id'> & {
  q?: string
}

/** What to do with a department as it is now; undefined to leave it. May throw instead. */
export type Decide = (
  current: Department,
) => { row: Partial<DepartmentRow>; events: AuditEvent[] } | undefined

/** The departments of one hospital. */
export class DepartmentRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor({ db, hospitalId }: Tenant<Database>) {
    this.#db = db
    this.#hospitalId = hospitalId
  }

  find(id: string): Promise<Department | undefined> {
    return this.#select().where('id', '=', id).select(COLUMNS).executeTakeFirst()
  }

  list(filter: DepartmentFilter, window: Window): Promise<(Department & { sort_key: string })[]> {
    return inWindow(this.#filtered(filter).select(COLUMNS), window).execute()
  }

  async count(filter: DepartmentFilter): Promise<number> {
    const { total } = await this.#filtered(filter)
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  /** Counted at the moment of asking. */
  stats(): Promise<DepartmentStats> {
    return this.#select()
      .select([
        sql<number>`count(*)::integer`.as('total'),
        sql<number>`(count(*) filter (where is_active))::integer`.as('active'),
        sql<number>`(count(*) filter (where not is_active))::integer`.as('inactive'),
      ])
      .executeTakeFirstOrThrow()
  }

  create(id: string, row: DepartmentRow, events: readonly AuditEvent[]): Promise<Department> {
    const hospital_id = this.#hospitalId
    return this.#db
      .with('change', (qb) =>
        qb
          .insertInto('department')
          .values({ ...row, hospital_id, id })
          .returning(COLUMNS),
      )
      .with('sent', () => outboxRows('change', events))
      .selectFrom('change')
      .select(COLUMNS)
      .executeTakeFirstOrThrow()
  }

  /** Changes one as `decide` says, who sees it as it is now. Undefined when the hospital has no such department. */
  change(id: string, decide: Decide): Promise<Department | undefined> {
    return this.#db.transaction().execute(async (trx) => {
      const current = await this.#select(trx)
        .where('id', '=', id)
        .select(COLUMNS)
        .forUpdate()
        .executeTakeFirst()
      const decision = current && decide(current)
      if (!decision) return current
      return trx
        .with('change', (qb) =>
          qb
            .updateTable('department')
            .set({ ...decision.row, updated_at: sql`now()`, version: sql`version + 1` })
            .where('hospital_id', '=', this.#hospitalId)
            .where('id', '=', id)
            .returning(COLUMNS),
        )
        .with('sent', () => outboxRows('change', decision.events))
        .selectFrom('change')
        .select(COLUMNS)
        .executeTakeFirstOrThrow()
    })
  }

  #select(db: Kysely<Database> = this.#db) {
    return db.selectFrom('department').where('department.hospital_id', '=', this.#hospitalId)
  }

  #filtered({ is_active, head_doctor_id, q }: DepartmentFilter) {
    let query = this.#select()
    if (is_active !== undefined) query = query.where('is_active', '=', is_active)
    if (head_doctor_id) query = query.where('head_doctor_id', '=', head_doctor_id)
    if (q !== undefined) query = query.where(isFoundBy(q))
    return query
  }
}
