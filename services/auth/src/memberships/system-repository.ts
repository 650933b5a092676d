import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import { type Door, entering } from '../accounts/doors.ts'
import type { Database } from '../database/schema.ts'
import type { Joined } from './schemas.ts'

/** Memberships to come: who joins a hospital acts in another one, or in none, until then. */
export class SystemMembershipRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** Makes an account a member of one more hospital. Undefined when the door is closed. */
  join(account_id: string, door: Door, event: AuditEvent): Promise<Joined | undefined> {
    return this.#db
      .with('open', () => entering(door, account_id))
      .with('change', (db) =>
        db
          .insertInto('membership')
          .columns(['hospital_id', 'account_id', 'role', 'status'])
          .expression((eb) =>
            eb
              .selectFrom('open')
              .select([
                'hospital_id',
                sql<string>`${account_id}::uuid`.as('account_id'),
                'role',
                'status',
              ]),
          )
          .returning('hospital_id'),
      )
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('open')
      .innerJoin('hospital', 'hospital.hospital_id', 'open.hospital_id')
      .select(['open.hospital_id', 'hospital.name as hospital_name', 'open.role', 'open.status'])
      .executeTakeFirst()
  }
}
