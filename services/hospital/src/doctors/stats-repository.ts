import type { Tenant } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { type DoctorStats, SPECIALIZATIONS } from './schemas.ts'

/** The doctors of one hospital in numbers, counted at the moment of asking. */
export class DoctorStatsRepository {
  readonly #db: Kysely<Database>
  readonly #hospitalId: string

  constructor({ db, hospitalId }: Tenant<Database>) {
    this.#db = db
    this.#hospitalId = hospitalId
  }

  async stats(): Promise<DoctorStats> {
    const [specializations, by_department] = await Promise.all([
      this.#specializations(),
      this.#departments(),
    ])
    const counts = new Map(specializations.map((row) => [row.specialization as string, row]))
    const sum = (what: 'total' | 'active' | 'available') =>
      specializations.reduce((total, row) => total + row[what], 0)
    const [total, active] = [sum('total'), sum('active')]
    return {
      total,
      active,
      inactive: total - active,
      available: sum('available'),
      by_specialization: Object.fromEntries(
        SPECIALIZATIONS.map((each) => [each, counts.get(each)?.total ?? 0]),
      ),
      by_department,
    }
  }

  #specializations() {
    return this.#db
      .selectFrom('doctor')
      .where('hospital_id', '=', this.#hospitalId)
      .groupBy('specialization')
      .select([
        'specialization',
        sql<number>`count(*)::integer`.as('total'),
        sql<number>`(count(*) filter (where is_active))::integer`.as('active'),
        sql<number>`(count(*) filter (where is_active and is_available))::integer`.as('available'),
      ])
      .execute()
  }

  #departments(): Promise<DoctorStats['by_department']> {
    return this.#db
      .selectFrom('doctor')
      .leftJoin('department', (join) =>
        join
          .onRef('department.id', '=', 'doctor.department_id')
          .on('department.hospital_id', '=', this.#hospitalId),
      )
      .where('doctor.hospital_id', '=', this.#hospitalId)
      .groupBy(['doctor.department_id', 'department.name', 'department.name_sort'])
      .orderBy('department.name_sort')
      .orderBy('doctor.department_id')
      .select([
        'doctor.department_id',
        'department.name',
        sql<number>`count(*)::integer`.as('count'),
      ])
      .execute()
  }
}
