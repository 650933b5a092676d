import { type AuditEvent, type InvitationCreated, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import { administratorsOf, isWanted } from '../accounts/doors.ts'
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
  /** Neither used, withdrawn nor over, into a hospital that is active and wants whom it invites. */
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
          and hospital.is_active and ${isWanted}`.as('is_open'),
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

  /**
   * Invites the first administrator of a hospital that has none; what the platform invited before is
   * withdrawn.
   * @returns why not, when it does not come about
   */
  inviteFirstAdmin(
    invitation: InvitationCreated,
    event: AuditEvent,
    toWithdrawn: (id: string) => AuditEvent,
  ): Promise<'not_found' | 'has_admin' | undefined> {
    const { hospital_id, code_hash } = invitation
    return this.#db.transaction().execute(async (trx) => {
      const hospital = await trx
        .selectFrom('hospital')
        .where('hospital_id', '=', hospital_id)
        .where('hospital_id', '<>', PLATFORM_HOSPITAL_ID)
        .select(sql<boolean>`exists (${administratorsOf('hospital')})`.as('has_admin'))
        .forNoKeyUpdate()
        .executeTakeFirst()
      if (!hospital) return 'not_found'
      if (hospital.has_admin) return 'has_admin'
      const withdrawn = await trx
        .updateTable('invitation')
        .where('hospital_id', '=', hospital_id)
        .where('username', 'is not', null)
        .where('accepted_at', 'is', null)
        .where('withdrawn_at', 'is', null)
        .set({ withdrawn_at: sql`now()` })
        .returning('id')
        .execute()
      const events = [...withdrawn.map(({ id }) => toWithdrawn(id)), event]
      await trx
        .with('change', (db) =>
          db
            .insertInto('invitation')
            .values({ ...invitation, role: 'admin', code_hash: Buffer.from(code_hash, 'hex') })
            .returning('id'),
        )
        .with('sent', () => outboxRows('change', events))
        .selectFrom('change')
        .select('id')
        .execute()
      return undefined
    })
  }

  /** Removes what nobody can use any more. */
  async removeOld(): Promise<void> {
    await this.#db
      .deleteFrom('invitation')
      .where('expires_at', '<', sql<string>`now() - make_interval(days => ${KEPT_DAYS})`)
      .execute()
  }
}
