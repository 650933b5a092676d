import { type AuditEvent, isGranted, type PatientReference } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, type SqlBool, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { CLINICAL } from './clinical.ts'
import { AUDITED, readableBy, SHOWN, toPatient } from './columns.ts'
import { TOLD } from './events.ts'
import { nameIndex } from './name-index.ts'
import { rowIsClosedTo } from './restriction.ts'
import { type PatientFields, toRow } from './rules.ts'
import type { Patient, PatientListQuery } from './schemas.ts'

/** What a change needs to know beside its fields. */
export interface Change {
  /** The version the caller saw; undefined for any. */
  version: number | undefined
  events: (AuditEvent | OutboxEvent)[]
}

export type PatientFilter = Pick<
  PatientListQuery,
  'gender' | 'blood_group' | 'is_active' | 'created_after' | 'created_before'
>

/** How a list is sorted and where it goes on. */
export interface Window {
  column: 'created_at' | 'name_sort' | 'date_of_birth'
  direction: 'asc' | 'desc'
  limit: number
  /** Sort key and id of the last row of the page before. */
  after: readonly [string, string] | undefined
}

/** The patients of one hospital; the clinical part only for a caller who may read or write it. */
export class PatientRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>, db = tenant.db) {
    this.#db = db
    this.#tenant = tenant
  }

  async find(id: string): Promise<Patient | undefined> {
    const row = await this.#select()
      .where('id', '=', id)
      .select(this.#readable('patient'))
      .executeTakeFirst()
    return row && this.#toPatient(row)
  }

  /** Those of `ids` that are of the hospital, as other services know them. */
  references(ids: readonly string[]): Promise<PatientReference[]> {
    return this.#select()
      .where(sql<SqlBool>`id = any(${ids}::uuid[])`)
      .select(['id', 'mrn', 'first_name', 'last_name', 'is_active', 'is_restricted', 'version'])
      .orderBy('id')
      .execute()
  }

  /** One row more than the limit, when there is a next page; each with the key it was sorted by. */
  async list(filter: PatientFilter, window: Window): Promise<(Patient & { sort_key: string })[]> {
    const { column, direction, limit, after } = window
    const follows = direction === 'asc' ? sql`>` : sql`<`
    let query = this.#filtered(filter)
    if (after) {
      query = query.where(
        sql<SqlBool>`(${sql.ref(column)}, id) ${follows} (${after[0]}, ${after[1]})`,
      )
    }
    const rows = await query
      .select(this.#readable('patient'))
      .select(`${column} as sort_key`)
      .orderBy(column, direction)
      .orderBy('id', direction)
      .limit(limit + 1)
      .execute()
    return rows.map((row) => ({ ...this.#toPatient(row), sort_key: row.sort_key }))
  }

  async count(filter: PatientFilter): Promise<number> {
    const { total } = await this.#filtered(filter)
      .select(sql<number>`count(*)::integer`.as('total'))
      .executeTakeFirstOrThrow()
    return total
  }

  /**
   * Replaces every editable field by what `fieldsOf` makes of the patient. Undefined when there is no
   * such patient at that version that is open to the caller. The record is locked by a statement of its own: the next one then
   * sees what a change it waited for has written, the words of its names too.
   */
  replace(
    id: string,
    change: Change,
    fieldsOf: (current: Patient) => PatientFields | undefined,
  ): Promise<Patient | undefined> {
    return this.#db.transaction().execute((trx) => {
      return new PatientRepository(this.#tenant, trx).#replaceLocked(id, change, fieldsOf)
    })
  }

  async #replaceLocked(
    id: string,
    change: Change,
    fieldsOf: (current: Patient) => PatientFields | undefined,
  ): Promise<Patient | undefined> {
    const row = await this.#open()
      .where('id', '=', id)
      .select(this.#readable('patient'))
      .forUpdate()
      .executeTakeFirst()
    if (!row || (change.version !== undefined && change.version !== row.version)) return undefined
    const fields = fieldsOf(this.#toPatient(row))
    if (!fields) return undefined
    const columns: Partial<ReturnType<typeof toRow>> = toRow(fields)
    if (!isGranted(this.#tenant.identity.role, 'patient.clinical.write')) {
      for (const column of CLINICAL) delete columns[column]
    }
    return this.#change(id, columns, change, fields)
  }

  /** Deactivates or reactivates. Undefined when there is no such patient at that version. */
  setActive(id: string, is_active: boolean, change: Change): Promise<Patient | undefined> {
    return this.#change(id, { is_active }, change)
  }

  async #change(
    id: string,
    row: Partial<ReturnType<typeof toRow>> & { is_active?: boolean },
    { version, events }: Change,
    fields?: PatientFields,
  ): Promise<Patient | undefined> {
    const hospital_id = this.#tenant.hospitalId
    let old = this.#open().where('id', '=', id)
    if (version !== undefined) old = old.where('version', '=', version)
    let query = this.#db
      .with('old', () => old.selectAll().forUpdate())
      .with('change', (db) =>
        db
          .updateTable('patient')
          .from('old')
          .set({ ...row, updated_at: sql`now()`, version: sql`patient.version + 1` })
          .where('patient.hospital_id', '=', hospital_id)
          .whereRef('patient.id', '=', 'old.id')
          .returning([...SHOWN.map((column) => `patient.${column}` as const), changedFields]),
      )
      .with('sent', () => outboxRows('change', events, { changedFields: true, told: TOLD }))
    if (fields) {
      const indexed = { id, fields }
      query = query
        .with('unnamed', () => nameIndex.remove(hospital_id, indexed))
        .with('named', () => nameIndex.add(hospital_id, [indexed]))
        .with('spelt', () => nameIndex.spell(hospital_id, [indexed]))
        .with('forgotten', () => nameIndex.forget(hospital_id, indexed))
        .with('identified', () =>
          nameIndex.identify(hospital_id, [indexed]),
        ) as unknown as typeof query
    }
    const changed = await query
      .selectFrom('change')
      .select(this.#readable('change'))
      .executeTakeFirst()
    return changed && this.#toPatient(changed)
  }

  #select() {
    return this.#db.selectFrom('patient').where('patient.hospital_id', '=', this.#tenant.hospitalId)
  }

  /** Those whose record is open to the caller: only they are changed. */
  #open() {
    return this.#select().where(({ not }) => not(rowIsClosedTo(this.#tenant.identity, 'patient')))
  }

  #filtered(filter: PatientFilter) {
    let query = this.#select()
    if (filter.gender) query = query.where('gender', '=', filter.gender)
    if (filter.blood_group) query = query.where('blood_group', '=', filter.blood_group)
    if (filter.is_active !== undefined) query = query.where('is_active', '=', filter.is_active)
    if (filter.created_after) query = query.where('created_at', '>', filter.created_after)
    if (filter.created_before) query = query.where('created_at', '<', filter.created_before)
    return query
  }

  #readable<T extends 'patient' | 'change'>(table: T) {
    return readableBy(this.#tenant.identity, table)
  }

  #toPatient<Row extends Pick<Patient, 'id' | 'is_restricted'>>(row: Row) {
    return toPatient(this.#tenant.identity, row)
  }
}

/** The names of the columns that differ between `old` and the updated row. */
const changedFields = sql<string[]>`array_remove(array[${sql.join(
  AUDITED.map(
    (column) =>
      sql`case when patient.${sql.ref(column)} is distinct from old.${sql.ref(column)} then ${sql.lit(column)} end`,
  ),
)}], null)`.as('changed_fields')
