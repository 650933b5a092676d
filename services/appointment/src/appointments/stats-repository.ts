import type { Tenant } from '@wardstone/tenancy'
import { sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { APPOINTMENT_STATUSES, APPOINTMENT_TYPES, type AppointmentStats } from './schemas.ts'

/** The appointments of one hospital in numbers, counted at the moment of asking. */
export class AppointmentStatsRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  /** @param today the first instant of the hospital's day, and that of the next */
  async stats(today: { start: string; end: string }): Promise<AppointmentStats> {
    const { db, hospitalId } = this.#tenant
    const rows = await db
      .selectFrom('appointment')
      .where('hospital_id', '=', hospitalId)
      .groupBy(['status', 'type'])
      .select([
        'status',
        'type',
        sql<number>`count(*)::integer`.as('count'),
        sql<number>`(count(*) filter (where starts_at >= ${today.start}::timestamptz
          and starts_at < ${today.end}::timestamptz and status <> 'cancelled'))::integer`.as(
          'today',
        ),
        sql<number>`(count(*) filter (where starts_at >= now()
          and status in ('scheduled', 'confirmed')))::integer`.as('upcoming'),
      ])
      .execute()
    const sum = (column: 'count' | 'today' | 'upcoming', of = rows) =>
      of.reduce((total, row) => total + row[column], 0)
    const each = <K extends 'status' | 'type'>(kind: K, values: readonly string[]) =>
      Object.fromEntries(
        values.map((value) => [
          value,
          sum(
            'count',
            rows.filter((row) => row[kind] === value),
          ),
        ]),
      )
    return {
      total: sum('count'),
      today: sum('today'),
      upcoming: sum('upcoming'),
      by_status: each('status', APPOINTMENT_STATUSES),
      by_type: each('type', APPOINTMENT_TYPES),
    }
  }
}
