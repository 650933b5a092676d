import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import type { Hospital } from './schemas.ts'
import { COLUMNS, changeHospital, type Decide } from './stored-hospital.ts'

/** The one hospital of a tenant. */
export class HospitalRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  find(): Promise<Hospital | undefined> {
    const { db, hospitalId } = this.#tenant
    return db.selectFrom('hospital').where('id', '=', hospitalId).select(COLUMNS).executeTakeFirst()
  }

  /** Changes it as `decide` says, seeing it as it is now. */
  change(decide: Decide): Promise<Hospital | undefined> {
    return changeHospital(this.#tenant.db, this.#tenant.hospitalId, decide)
  }
}
