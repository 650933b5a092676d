import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { AGE_GROUPS, BLOOD_GROUPS, GENDERS, type PatientStats } from './schemas.ts'

/**
 * The patients of one hospital in numbers. Triggers keep them in `patient_count` in the transaction of
 * each change, so they are right at once, and nothing grows with the patients but the dates of birth.
 */
export class PatientStatsRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
  }

  /** Each row counts one group of one kind. */
  async stats(): Promise<PatientStats> {
    const rows = await this.#counts()
      .where('kind', 'in', ['is_active', 'gender', 'blood_group'])
      .select([sql<Kind>`kind`.as('kind'), 'value', 'count'])
      .unionAll(
        this.#counts()
          .where('kind', '=', 'date_of_birth')
          .groupBy(ageGroup)
          .select([
            sql<Kind>`'age_group'`.as('kind'),
            ageGroup.as('value'),
            sql<number>`sum(count)::integer`.as('count'),
          ]),
      )
      .unionAll(
        this.#counts()
          .where('kind', '=', 'registered_on')
          .where('value', '>=', daysAgo(366))
          .select([sql<Kind>`kind`.as('kind'), 'value', 'count']),
      )
      .execute()
    return toStats(rows, new Date())
  }

  #counts() {
    return this.#db.selectFrom('patient_count').where('hospital_id', '=', this.#hospitalId)
  }
}

type Kind = 'is_active' | 'gender' | 'blood_group' | 'age_group' | 'registered_on'

// A subquery, so that the day is reckoned once and not for each date of birth.
const bornAfter = (years: number) =>
  sql`value > (select to_char(current_date - interval '${sql.lit(years)} years', 'YYYY-MM-DD'))`

const ageGroup = sql<string>`case when ${bornAfter(18)} then '0-17' when ${bornAfter(35)} then '18-34'
  when ${bornAfter(50)} then '35-49' when ${bornAfter(65)} then '50-64' else '65+' end`

function toStats(rows: { kind: Kind; value: string; count: number }[], now: Date): PatientStats {
  const counts = new Map<string, number>()
  for (const { kind, value, count } of rows) {
    const name = `${kind} ${value}`
    counts.set(name, (counts.get(name) ?? 0) + count)
  }
  const of = (kind: Kind, value: string) => counts.get(`${kind} ${value}`) ?? 0
  const each = (kind: Kind, values: readonly string[]) =>
    Object.fromEntries(values.map((value) => [value, of(kind, value)]))
  const days = rows.filter(({ kind }) => kind === 'registered_on')
  const registered = (matches: (day: string) => boolean) =>
    days.reduce((sum, { value, count }) => (matches(value) ? sum + count : sum), 0)
  const active = of('is_active', 'true')
  const inactive = of('is_active', 'false')
  return {
    total: active + inactive,
    active,
    inactive,
    by_gender: each('gender', GENDERS),
    by_blood_group: each('blood_group', [...BLOOD_GROUPS, 'unknown']),
    by_age_group: each('age_group', AGE_GROUPS),
    registered_last_30_days: registered((day) => day > daysAgo(30, now)),
    registered_by_month: lastMonths(now).map((month) => ({
      month,
      count: registered((day) => day.startsWith(month)),
    })),
  }
}

/** A day of UTC as `YYYY-MM-DD`. */
function daysAgo(days: number, now = new Date()): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10)
}

/** The last twelve months as `YYYY-MM`, oldest first. */
function lastMonths(now: Date): string[] {
  return Array.from({ length: 12 }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 11 + index))
      .toISOString()
      .slice(0, 7),
  )
}
