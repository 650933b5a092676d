import type { AuditEvent } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { readableBy, SHOWN, toPatient } from './columns.ts'
import { TOLD } from './events.ts'
import { nameIndex } from './name-index.ts'
import { mrnPrefix, type PatientFields, toRow } from './rules.ts'
import type { Patient } from './schemas.ts'

/** Record numbers that nobody else gets: from `first` on. */
export interface Numbers {
  prefix: string
  first: number
}

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
   * Stores many patients. The dictionary first and in its order, then all patients by one statement,
   * which raises the counters once and in theirs: nobody waits for this who it waits for.
   */
  async createAll(
    people: readonly PatientFields[],
    numbers: Numbers,
    events: (ids: string[]) => (AuditEvent | OutboxEvent)[],
  ): Promise<void> {
    const { hospitalId } = this.#tenant
    const newcomers = people.map((fields) => ({ id: uuidv7(), fields }))
    for (const terms of chunks(nameIndex.termsOf(newcomers), TERMS_AT_ONCE))
      await nameIndex.addTerms(hospitalId, terms).execute(this.#db)
    await this.#db
      .with('change', () => inserted(hospitalId, newcomers, numbers))
      .selectFrom('change')
      .select(sql<number>`count(*)::integer`.as('count'))
      .execute()
    const one = sql<{ one: number }>`(select 1 as one)`
    await this.#db
      .with('change', () => one)
      .with('named', () => nameIndex.add(hospitalId, newcomers))
      .with('identified', () => nameIndex.identify(hospitalId, newcomers))
      .with('sent', () => outboxRows('change', events(newcomers.map(({ id }) => id))))
      .selectFrom('change')
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

function* chunks<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
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
