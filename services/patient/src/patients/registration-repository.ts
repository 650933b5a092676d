import type { AuditEvent } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { readableBy, SHOWN, toPatient } from './columns.ts'
import { lockedCounters } from './counters.ts'
import { TOLD } from './events.ts'
import { nameIndex } from './name-index.ts'
import { mrnPrefix, type PatientFields, toRow } from './rules.ts'
import type { Patient } from './schemas.ts'

/** Record numbers that nobody else gets: from `first` on. */
export interface Numbers {
  prefix: string
  first: number
}

/** What is told of some of many patients, by their ids. */
type ToldOfAll = (ids: string[]) => (AuditEvent | OutboxEvent)[]

/** How many patients the stage has dealt with. */
type TellStage = (stage: 'indexing' | 'storing', rows_done: number) => void

/** Somebody about to be stored. */
interface Newcomer {
  id: string
  fields: PatientFields
}

/** New patients of one hospital. Used in one transaction: what is reserved in it is locked until it ends. */
export class RegistrationRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#tenant = tenant
  }

  /** The next medical record numbers, taken under the counter's row lock: registrations of a hospital come one after the other. */
  async reserve(count: number): Promise<Numbers> {
    const prefix = mrnPrefix(this.#tenant.identity.hospital_name ?? '')
    const row = await this.#db
      .insertInto('mrn_counter')
      .values({ hospital_id: this.#tenant.hospitalId, prefix, last_number: count })
      .onConflict((conflict) =>
        conflict
          .column('hospital_id')
          .doUpdateSet({ last_number: sql`mrn_counter.last_number + ${count}` }),
      )
      .returning(['prefix', 'last_number'])
      .executeTakeFirstOrThrow()
    return { prefix: row.prefix, first: row.last_number - count + 1 }
  }

  /** The number of the next unknown patient of a gender. */
  async nextUnknown(gender: PatientFields['gender']): Promise<number> {
    const { last_number } = await this.#db
      .insertInto('unknown_patient_counter')
      .values({ hospital_id: this.#tenant.hospitalId, gender, last_number: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['hospital_id', 'gender'])
          .doUpdateSet({ last_number: sql`unknown_patient_counter.last_number + 1` }),
      )
      .returning('last_number')
      .executeTakeFirstOrThrow()
    return last_number
  }

  /** Stores one patient, with all they are found by. */
  async create(
    fields: PatientFields,
    numbers: Numbers,
    events: (id: string) => (AuditEvent | OutboxEvent)[],
  ): Promise<Patient> {
    const id = uuidv7()
    const row = await this.#stored([{ id, fields }], numbers)
      .with('sent', () => outboxRows('change', events(id), { told: TOLD }))
      .selectFrom('change')
      .select(readableBy(this.#tenant.identity, 'change'))
      .executeTakeFirstOrThrow()
    return toPatient(this.#tenant.identity, row)
  }

  /**
   * Stores many patients, some at a time: no statement takes long, and it can be told how far this is. The
   * dictionary first and in its order, then the counters in theirs, all before the first patient raises
   * one: nobody waits for this who it waits for.
   */
  async createAll(
    people: readonly PatientFields[],
    numbers: Numbers,
    { events, tell }: { events: ToldOfAll; tell: TellStage },
  ): Promise<void> {
    const { hospitalId } = this.#tenant
    const newcomers = people.map((fields) => ({ id: uuidv7(), fields }))
    const all = nameIndex.termsOf(newcomers)
    for (const [terms, from] of chunks(all, TERMS_AT_ONCE)) {
      tell('indexing', Math.floor((people.length * from) / all.length))
      await nameIndex.addTerms(hospitalId, terms).execute(this.#db)
    }
    await lockedCounters(hospitalId, people).execute(this.#db)
    for (const [some, from] of chunks(newcomers, PATIENTS_AT_ONCE)) {
      tell('storing', from)
      await this.#createSome(some, { ...numbers, first: numbers.first + from }, events)
    }
  }

  async #createSome(newcomers: readonly Newcomer[], numbers: Numbers, events: ToldOfAll) {
    const { hospitalId } = this.#tenant
    await this.#db
      .with('change', () => inserted(hospitalId, newcomers, numbers))
      .with('named', () => nameIndex.add(hospitalId, newcomers))
      .with('identified', () => nameIndex.identify(hospitalId, newcomers))
      .with('one', () => sql<{ one: number }>`(select 1 as one from change limit 1)`)
      .with('sent', () => outboxRows('one', events(newcomers.map(({ id }) => id))))
      .selectFrom('one')
      .select('one')
      .execute()
  }

  #stored(newcomers: readonly Newcomer[], numbers: Numbers) {
    const { hospitalId } = this.#tenant
    return this.#db
      .with('change', () => inserted(hospitalId, newcomers, numbers))
      .with('named', () => nameIndex.add(hospitalId, newcomers))
      .with('identified', () => nameIndex.identify(hospitalId, newcomers))
      .with('spelt', () => nameIndex.spell(hospitalId, newcomers))
  }
}

const TERMS_AT_ONCE = 50_000
const PATIENTS_AT_ONCE = 1000

/** Pieces of a list, each with its place. */
function* chunks<T>(all: readonly T[], size: number): Generator<[T[], number]> {
  for (let from = 0; from < all.length; from += size) yield [all.slice(from, from + size), from]
}

const JSON_COLUMNS = ['emergency_contact', 'identifiers', 'allergies'] as const

/** The body of the CTE that stores `newcomers`, in their order under the next of the numbers; with the Luhn digit of each. */
function inserted(hospitalId: string, newcomers: readonly Newcomer[], { prefix, first }: Numbers) {
  const rows = newcomers.map(({ id, fields }, index) => {
    const row: Record<string, unknown> = { ...toRow(fields), id, mrn: String(first + index) }
    for (const column of JSON_COLUMNS) row[column] = JSON.parse(String(row[column]))
    return row
  })
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'mrn')
  const given = columns.map((column) => sql.ref(`given.${column}`))
  return sql<Pick<Patient, (typeof SHOWN)[number]>>`(
    insert into patient (hospital_id, mrn, ${sql.join(columns.map((column) => sql.ref(column)))})
    select ${hospitalId}::uuid, ${prefix} || '-' || digits || luhn_digit(digits), ${sql.join(given)}
    from json_populate_recordset(null::patient, ${JSON.stringify(rows)}::json) as given,
      lateral (select lpad(given.mrn, greatest(6, length(given.mrn)), '0') as digits) as numbered
    returning ${sql.join(SHOWN.map((column) => sql.ref(column)))})`
}
