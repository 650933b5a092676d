import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { wholeAppointments } from './columns.ts'
import type { Appointment, AppointmentStatus, AppointmentType } from './schemas.ts'

/** Which appointments: all of what is said. `from` and `to` bound the start, the end not included. */
export interface AppointmentFilter {
  doctor_id?: string | undefined
  patient_id?: string | undefined
  department_id?: string | undefined
  series_id?: string | undefined
  statuses?: readonly AppointmentStatus[] | undefined
  type?: AppointmentType | undefined
  from?: string | undefined
  to?: string | undefined
}

interface Window {
  column: 'starts_at' | 'created_at'
  direction: 'asc' | 'desc'
  limit: number
  /** Sort key and id of the last row of the page before. */
  after: readonly [string, string] | undefined
}

/** Many appointments of one hospital at once. */
export class AppointmentListRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
    this.#tenant = tenant
  }

  /** One row more than the limit, when there is a next page. */
  list(filter: AppointmentFilter, { column, direction, limit, after }: Window) {
    let query = this.#filtered(filter)
    if (after) {
      const behind = direction === 'asc' ? sql`>` : sql`<`
      query = query.where(
        sql<boolean>`(${sql.ref(`appointment.${column}`)}, appointment.id) ${behind} (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      )
    }
    return this.#whole(query)
      .orderBy(`appointment.${column}`, direction)
      .orderBy('appointment.id', direction)
      .limit(limit + 1)
      .execute()
  }

  async count(filter: AppointmentFilter): Promise<number> {
    const row = await this.#filtered(filter)
      .select(sql<number>`count(*)::integer`.as('count'))
      .executeTakeFirstOrThrow()
    return row.count
  }

  /** Appointments of patients or doctors who have all the words, at least as beginnings, in their names, or whose MRN it is; the latest first. */
  search(
    { words, mrn }: { words: readonly string[]; mrn: string },
    { limit, after }: Pick<Window, 'limit' | 'after'>,
  ): Promise<Appointment[]> {
    const people = this.#named(words).union(
      this.#db
        .selectFrom('known_patient')
        .where('hospital_id', '=', this.#hospitalId)
        .where('mrn', '=', mrn)
        .select('id'),
    )
    // One index each, so that few hits do not cost a look at every appointment.
    const found = this.#select()
      .where('appointment.patient_id', 'in', people)
      .select('appointment.id')
      .union(this.#select().where('appointment.doctor_id', 'in', people).select('appointment.id'))
    let query = this.#select().where('appointment.id', 'in', found)
    if (after) {
      query = query.where(
        sql<boolean>`(appointment.starts_at, appointment.id) < (${after[0]}::timestamptz, ${after[1]}::uuid)`,
      )
    }
    return this.#whole(query)
      .orderBy('appointment.starts_at', 'desc')
      .orderBy('appointment.id', 'desc')
      .limit(limit + 1)
      .execute()
  }

  /** People who have all the words: nobody when there are none. */
  #named(words: readonly string[]) {
    const hits = words.map((word, index) =>
      this.#names()
        .where('word', '>=', word)
        .where('word', '<', `${word}${LAST}`)
        .select(['id', sql<number>`${sql.lit(index)}::integer`.as('nth')]),
    )
    const none = this.#names()
      .where(sql<boolean>`false`)
      .select(['id', sql<number>`-1`.as('nth')])
    return this.#db
      .selectFrom(hits.reduce((all, hit) => all.unionAll(hit), none).as('hit'))
      .groupBy('id')
      .having(sql<number>`count(distinct nth)`, '=', words.length)
      .select('id')
  }

  #names() {
    return this.#db.selectFrom('known_name').where('hospital_id', '=', this.#hospitalId)
  }

  #filtered(filter: AppointmentFilter) {
    let query = this.#select()
    for (const field of [
      'doctor_id',
      'patient_id',
      'department_id',
      'series_id',
      'type',
    ] as const) {
      const value = filter[field]
      if (value !== undefined) query = query.where(`appointment.${field}`, '=', value)
    }
    if (filter.statuses) query = query.where('appointment.status', 'in', filter.statuses)
    if (filter.from) query = query.where('appointment.starts_at', '>=', filter.from)
    if (filter.to) query = query.where('appointment.starts_at', '<', filter.to)
    return query
  }

  #select() {
    return this.#db
      .selectFrom('appointment')
      .where('appointment.hospital_id', '=', this.#hospitalId)
  }

  #whole(appointments: SelectQueryBuilder<Database, 'appointment', object>) {
    return wholeAppointments(appointments, this.#tenant)
  }
}

/** Sorts behind every text that begins with the one before it. */
const LAST = '\u{10FFFF}'
