import type { AuditEvent, HospitalReference } from '@wardstone/contracts'
import { type OutboxEvent, outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { inWindow, type Window } from '../records/window.ts'
import { TOLD } from './events.ts'
import type { Holiday, HolidayListQuery, NewHoliday } from './schemas.ts'

const COLUMNS = ['id', 'date', 'name', 'created_at'] as const

type Events = readonly (AuditEvent | OutboxEvent)[]

/** The holidays of one hospital. */
export class HolidayRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor({ db, hospitalId }: Tenant<Database>) {
    this.#db = db
    this.#hospitalId = hospitalId
  }

  list(
    { from, to }: Pick<HolidayListQuery, 'from' | 'to'>,
    window: Window,
  ): Promise<(Holiday & { sort_key: string })[]> {
    let query = this.#db.selectFrom('holiday').where('holiday.hospital_id', '=', this.#hospitalId)
    if (from !== undefined) query = query.where('date', '>=', from)
    if (to !== undefined) query = query.where('date', '<=', to)
    return inWindow(query.select(COLUMNS), window).execute()
  }

  create(id: string, holiday: NewHoliday, events: Events): Promise<Holiday> {
    const name = holiday.name.normalize('NFC')
    const row = { ...holiday, name, hospital_id: this.#hospitalId, id }
    return this.#db.transaction().execute(async (trx) => {
      const created = await trx
        .insertInto('holiday')
        .values(row)
        .returning(COLUMNS)
        .executeTakeFirstOrThrow()
      await this.#changed(trx, events)
      return created
    })
  }

  /** False when the hospital has no such holiday. */
  remove(id: string, events: Events): Promise<boolean> {
    return this.#db.transaction().execute(async (trx) => {
      const { numDeletedRows } = await trx
        .deleteFrom('holiday')
        .where('hospital_id', '=', this.#hospitalId)
        .where('id', '=', id)
        .executeTakeFirst()
      if (numDeletedRows > 0n) await this.#changed(trx, events)
      return numDeletedRows > 0n
    })
  }

  /** The clock and the calendar, as other services know them. */
  reference(): Promise<HospitalReference | undefined> {
    return this.#db
      .selectFrom('hospital')
      .where('id', '=', this.#hospitalId)
      .select(({ selectFrom }) => [
        'id',
        'time_zone',
        'calendar_version as version',
        selectFrom('holiday')
          .where('holiday.hospital_id', '=', this.#hospitalId)
          .where('date', '>=', sql<string>`current_date - 1`)
          .select(sql<string[]>`coalesce(jsonb_agg(date order by date), '[]')`.as('dates'))
          .$asScalar()
          .$notNull()
          .as('holidays'),
        selectFrom('department')
          .where('department.hospital_id', '=', this.#hospitalId)
          .where('is_active', '=', true)
          .select((eb) =>
            sql<
              string[]
            >`coalesce(jsonb_agg(${eb.ref('department.id')} order by ${eb.ref('department.id')}), '[]')`.as(
              'ids',
            ),
          )
          .$asScalar()
          .$notNull()
          .as('department_ids'),
      ])
      .executeTakeFirst()
  }

  /** The next version of the calendar, with what is told of it. */
  async #changed(trx: Kysely<Database>, events: Events): Promise<void> {
    await trx
      .with('change', (qb) =>
        qb
          .updateTable('hospital')
          .set({ calendar_version: sql`calendar_version + 1` })
          .where('id', '=', this.#hospitalId)
          .returning(TOLD),
      )
      .with('sent', () => outboxRows('change', events, { told: TOLD }))
      .selectFrom('change')
      .select('id')
      .executeTakeFirstOrThrow()
  }
}
