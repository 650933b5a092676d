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
    const now = new Date()
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
          .where('value', '>', daysAgo(30, now))
          .select([
            sql<Kind>`'registered_lately'`.as('kind'),
            sql<string>`''`.as('value'),
            sql<number>`coalesce(sum(count), 0)::integer`.as('count'),
          ]),
      )
      .unionAll(
        this.#counts()
          .where('kind', '=', 'registered_on')
          .where('value', '>=', daysAgo(366, now))
          .groupBy(month)
          .select([
            sql<Kind>`'registered_in'`.as('kind'),
            month.as('value'),
            sql<number>`sum(count)::integer`.as('count'),
          ]),
      )
      .execute()
    return toStats(rows, now)
  }

  #counts() {
    return this.#db.selectFrom('patient_count').where('hospital_id', '=', this.#hospitalId)
  }
}

type Kind =
  | 'is_active'
  | 'gender'
  | 'blood_group'
  | 'age_group'
  | 'registered_lately'
  | 'registered_in'

const month = sql<string>`left(value, 7)`

// A subquery, so that the day is reckoned once and not for each date of birth; digits need no rules of a language.
const bornAfter = (years: number) =>
  sql`value collate "C" > (select to_char(current_date - interval '${sql.lit(years)} years', 'YYYY-MM-DD'))`

const ageGroup = sql<string>`case when ${bornAfter(18)} then '0-17' when ${bornAfter(35)} then '18-34'
  when ${bornAfter(50)} then '35-49' when ${bornAfter(65)} then '50-64' else '65+' end`

function toStats(rows: { kind: Kind; value: string; count: number }[], now: Date): PatientStats {
  const counts = new Map(rows.map(({ kind, value, count }) => [`${kind} ${value}`, count]))
  const of = (kind: Kind, value: string) => counts.get(`${kind} ${value}`) ?? 0
  const each = (kind: Kind, values: readonly string[]) =>
    Object.fromEntries(values.map((value) => [value, of(kind, value)]))
  const active = of('is_active', 'true')
  const inactive = of('is_active', 'false')
  return {
    total: active + inactive,
    active,
    inactive,
    by_gender: each('gender', GENDERS),
    by_blood_group: each('blood_group', [...BLOOD_GROUPS, 'unknown']),
    by_age_group: each('age_group', AGE_GROUPS),
    registered_last_30_days: of('registered_lately', ''),
    registered_by_month: lastMonths(now).map((each) => ({
      month: each,
      count: of('registered_in', each),
    })),
  }
}

/** A day of UTC as `YYYY-MM-DD`. */
function daysAgo(days: number, now: Date): string {
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
