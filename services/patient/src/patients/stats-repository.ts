import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { AGE_GROUPS, BLOOD_GROUPS, GENDERS, type PatientStats } from './schemas.ts'

/** The patients of one hospital in numbers, counted at the moment of asking. */
export class PatientStatsRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#hospitalId = tenant.hospitalId
  }

  /** One pass over the hospital's patients: each row of the answer counts one group of one kind. */
  async stats(): Promise<PatientStats> {
    const rows = await this.#db
      .selectFrom((db) =>
        db
          .selectFrom('patient')
          .where('hospital_id', '=', this.#hospitalId)
          .select([
            'is_active',
            'gender',
            'blood_group',
            ageGroup.as('age_group'),
            sql<string>`to_char(created_at, 'YYYY-MM')`.as('month'),
            sql<boolean>`created_at > now() - interval '30 days'`.as('recent'),
          ])
          .as('patient'),
      )
      .select([
        sql<Kind>`case grouping(is_active, gender, blood_group, age_group, month, recent)
          when b'011111'::integer then 'is_active' when b'101111'::integer then 'gender'
          when b'110111'::integer then 'blood_group' when b'111011'::integer then 'age_group'
          when b'111101'::integer then 'month' else 'recent' end`.as('kind'),
        sql<string>`coalesce(is_active::text, gender, blood_group, age_group, month, recent::text, 'unknown')`.as(
          'value',
        ),
        sql<number>`count(*)::integer`.as('count'),
      ])
      .groupBy(
        sql`grouping sets ((is_active), (gender), (blood_group), (age_group), (month), (recent))`,
      )
      .execute()
    return toStats(rows, new Date())
  }
}

type Kind = 'is_active' | 'gender' | 'blood_group' | 'age_group' | 'month' | 'recent'

const ageGroup = sql<string>`case
  when date_of_birth > current_date - interval '18 years' then '0-17'
  when date_of_birth > current_date - interval '35 years' then '18-34'
  when date_of_birth > current_date - interval '50 years' then '35-49'
  when date_of_birth > current_date - interval '65 years' then '50-64'
  else '65+' end`

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
    registered_last_30_days: of('recent', 'true'),
    registered_by_month: lastMonths(now).map((month) => ({ month, count: of('month', month) })),
  }
}

/** The last twelve months as `YYYY-MM`, oldest first. */
function lastMonths(now: Date): string[] {
  return Array.from({ length: 12 }, (_, index) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 11 + index))
      .toISOString()
      .slice(0, 7),
  )
}
