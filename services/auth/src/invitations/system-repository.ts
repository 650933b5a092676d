import type { InvitationCreated } from '@wardstone/contracts'
import { type Kysely, sql } from 'kysely'
import type { Database, HospitalRole } from '../database/schema.ts'

/** How long invitations that are over are kept. */
const KEPT_DAYS = 30

/** An invitation as its code leads to it. */
export interface KnownInvitation {
  hospital_id: string
  hospital_name: string
  role: HospitalRole
  email: string
  username: string | null
  first_name: string | null
  last_name: string | null
  /** Neither used, withdrawn nor over, into a hospital that is active. */
  is_open: boolean
}

/** Invitations across hospitals: nothing but the code says which one it is, and into which hospital. */
export class SystemInvitationRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  find(code_hash: Buffer): Promise<KnownInvitation | undefined> {
    return this.#db
      .selectFrom('invitation')
      .innerJoin('hospital', 'hospital.hospital_id', 'invitation.hospital_id')
      .where('code_hash', '=', code_hash)
      .select([
        'invitation.hospital_id',
        'hospital.name as hospital_name',
        'role',
        'email',
        'username',
        'first_name',
        'last_name',
        sql<boolean>`accepted_at is null and withdrawn_at is null and expires_at > now()
          and hospital.is_active`.as('is_open'),
      ])
      .executeTakeFirst()
  }

  /** Takes in the invitation of a hospital's first administrator, as often as it is told. */
  async store({ code_hash, ...invitation }: InvitationCreated): Promise<void> {
    await this.#db
      .insertInto('invitation')
      .values({ ...invitation, role: 'admin', code_hash: Buffer.from(code_hash, 'hex') })
      .onConflict((conflict) => conflict.columns(['hospital_id', 'id']).doNothing())
      .execute()
  }

  /** Removes what nobody can use any more. */
  async removeOld(): Promise<void> {
    await this.#db
      .deleteFrom('invitation')
      .where('expires_at', '<', sql<string>`now() - make_interval(days => ${KEPT_DAYS})`)
      .execute()
  }
}
