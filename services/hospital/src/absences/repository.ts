import type { Tenant } from '@wardstone/tenancy'
import type { Kysely } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { inWindow, type Window } from '../records/window.ts'
import type { Absence, AbsenceListQuery, NewAbsence } from './schemas.ts'

const COLUMNS = ['id', 'doctor_id', 'kind', 'starts_on', 'ends_on', 'note', 'created_at'] as const

/** When one doctor of one hospital is away. */
export class AbsenceRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string
  readonly #doctorId: string

  constructor({ db, hospitalId }: Tenant<Database>, doctorId: string) {
    this.#db = db
    this.#hospitalId = hospitalId
    this.#doctorId = doctorId
  }

  list(
    { from, to }: Pick<AbsenceListQuery, 'from' | 'to'>,
    window: Window,
  ): Promise<(Absence & { sort_key: string })[]> {
    let query = this.#db
      .selectFrom('doctor_absence')
      .where('doctor_absence.hospital_id', '=', this.#hospitalId)
      .where('doctor_id', '=', this.#doctorId)
    if (from !== undefined) query = query.where('ends_on', '>=', from)
    if (to !== undefined) query = query.where('starts_on', '<=', to)
    return inWindow(query.select(COLUMNS), window).execute()
  }

  create({ note, ...absence }: NewAbsence): Promise<Absence> {
    return this.#db
      .insertInto('doctor_absence')
      .values({
        ...absence,
        note: note?.normalize('NFC') ?? null,
        hospital_id: this.#hospitalId,
        doctor_id: this.#doctorId,
        id: uuidv7(),
      })
      .returning(COLUMNS)
      .executeTakeFirstOrThrow()
  }

  /** False when the doctor has no such absence. */
  async remove(id: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('doctor_absence')
      .where('hospital_id', '=', this.#hospitalId)
      .where('doctor_id', '=', this.#doctorId)
      .where('id', '=', id)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
}
