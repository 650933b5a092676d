import type { AuditEvent } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Insertable, type Kysely, sql, type Updateable } from 'kysely'
import type { Database, DoctorTable } from '../database/schema.ts'
import { isFoundBy } from '../records/search-words.ts'
import { inWindow, type Window } from '../records/window.ts'
import { COLUMNS } from './columns.ts'
import type { Doctor, DoctorListQuery } from './schemas.ts'

type Events = readonly (AuditEvent | OutboxEvent)[]

export type DoctorFilter = Pick<
  DoctorListQuery,
  'specialization' | 'department_id' | 'user_id' | 'is_available' | 'is_active'
> & { q?: string }

/** What to do with a doctor as they are now; undefined to leave them. May throw instead. */
export type Decide = (
  current: Doctor,
) => { row: Updateable<DoctorTable>; events: Events } | undefined

/** The doctors of one hospital. */
export class DoctorRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor({ db, hospitalId }: Tenant<Database>) {
    this.#db = db
    this.#hospitalId = hospitalId
  }

  find(id: string): Promise<Doctor | undefined> {
    return this.#select().where('id', '=', id).select(COLUMNS).executeTakeFirst()
  }

  list(filter: DoctorFilter, window: Window): Promise<(Doctor & { sort_key: string })[]> {
    return inWindow(this.#filtered(filter).select(COLUMNS), window).execute()
  }

  async count(filter: DoctorFilter): Promise<number> {
    const { total } = await this.#filtered(filter)
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  create(doctor: Omit<Insertable<DoctorTable>, 'hospital_id'>, events: Events): Promise<Doctor> {
    const row = { ...doctor, hospital_id: this.#hospitalId }
    return this.#db
      .with('change', (qb) => qb.insertInto('doctor').values(row).returning(COLUMNS))
      .with('sent', () => outboxRows('change', events))
      .selectFrom('change')
      .select(COLUMNS)
      .executeTakeFirstOrThrow()
  }

  /** Changes one as `decide` says, who sees them as they are now. Undefined when the hospital has no such doctor. */
  change(id: string, decide: Decide): Promise<Doctor | undefined> {
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
            .updateTable('doctor')
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
    return db.selectFrom('doctor').where('doctor.hospital_id', '=', this.#hospitalId)
  }

  #filtered({ q, ...filter }: DoctorFilter) {
    let query = this.#select()
    for (const name of Object.keys(filter) as (keyof typeof filter)[]) {
      const value = filter[name]
      if (value !== undefined) query = query.where(name, '=', value as never)
    }
    return q === undefined ? query : query.where(isFoundBy(q))
  }
}
