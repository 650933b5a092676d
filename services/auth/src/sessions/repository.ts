import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { type Ending, endSession } from './ending.ts'

/** The sessions of one hospital's members. */
export class SessionRepository {
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#tenant = tenant
  }

  /** Ends a session. False when it was over or is not there. */
  end(
    ending: Omit<Ending, 'session'>,
    session: { id: string; account_id: string },
  ): Promise<boolean> {
    const hospital_id = this.#tenant.hospitalId
    return endSession(this.#tenant.db, { ...ending, session: { ...session, hospital_id } })
  }
}
