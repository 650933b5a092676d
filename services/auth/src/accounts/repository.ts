import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows } from '@wardstone/tenancy'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { changedFields, PERSON } from './columns.ts'
import { type Door, type Entering, entering } from './doors.ts'
import { type Member, membershipsOf } from './memberships.ts'
import { folded } from './names.ts'
import type { ProfilePatch } from './schemas.ts'

/** A person's login with all memberships. */
export interface Account {
  id: string
  username: string
  email: string
  first_name: string
  last_name: string
  phone: string | null
  version: number
  memberships: Member[]
}

/** What is stored of a registration. */
export interface NewAccount extends Omit<Account, 'phone' | 'version' | 'memberships'> {
  phone: string | null | undefined
  password_hash: string
}

/** Accounts belong to no hospital: whoever signs in or registers is found across all of them. */
export class SystemAccountRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  find(id: string): Promise<Account | undefined> {
    return this.#select().where('account.id', '=', id).executeTakeFirst()
  }

  /** A signed-in person, with the hash of the password that they enter again. */
  findWithHash(id: string): Promise<(Account & { password_hash: string }) | undefined> {
    return this.#select()
      .where('account.id', '=', id)
      .select('account.password_hash')
      .executeTakeFirst()
  }

  /** Whoever may be signing in, with the hash of the password. */
  findByUsername(username: string): Promise<(Account & { password_hash: string }) | undefined> {
    return this.#select()
      .where('account.username_folded', '=', folded(username))
      .select('account.password_hash')
      .executeTakeFirst()
  }

  /** Stores an account and its first membership. Undefined when the door is closed: nothing is stored. */
  async register(
    account: NewAccount,
    door: Door,
    event: AuditEvent,
  ): Promise<Entering | undefined> {
    const { phone = null, ...fields } = account
    const values = { ...fields, phone, ...foldedNames(fields) }
    const columns = Object.keys(values) as (keyof typeof values)[]
    return this.#db
      .with('open', () => entering(door, account.id))
      .with('change', (db) =>
        db
          .insertInto('account')
          .columns(columns)
          .expression((eb) =>
            eb.selectFrom('open').select(columns.map((name) => cast(values[name], name).as(name))),
          )
          .returning('id'),
      )
      .with('joined', (db) =>
        db
          .insertInto('membership')
          .columns(['hospital_id', 'account_id', 'role', 'status'])
          .expression((eb) =>
            eb.selectFrom(['open', 'change']).select(['hospital_id', 'id', 'role', 'status']),
          ),
      )
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom(['open', 'change'])
      .select(['hospital_id', 'role', 'status'])
      .executeTakeFirst()
  }

  /** Changes a person's own fields. Undefined when there is no such account at that version. */
  update(
    id: string,
    patch: Omit<ProfilePatch, 'version'>,
    { version, event }: { version: number | undefined; event: AuditEvent },
  ): Promise<Account | undefined> {
    let old = this.#db.selectFrom('account').where('id', '=', id).selectAll()
    if (version !== undefined) old = old.where('version', '=', version)
    return this.#db
      .with('old', () => old.forUpdate())
      .with('change', (db) =>
        db
          .updateTable('account')
          .from('old')
          .whereRef('account.id', '=', 'old.id')
          .set({ ...patch, ...(patch.email && { email_folded: folded(patch.email) }) })
          .set({ updated_at: sql`now()`, version: sql`account.version + 1` })
          .returning([...PERSON, changedFields]),
      )
      .with('sent', () => outboxRows('change', [event], { changedFields: true }))
      .selectFrom('change as account')
      .select([...PERSON, (eb) => membershipsOf(eb as never)])
      .executeTakeFirst()
  }

  /** Puts a hash with better parameters in the place of `old`. */
  async renewHash(id: string, old: string, password_hash: string): Promise<void> {
    await this.#db
      .updateTable('account')
      .where('id', '=', id)
      .where('password_hash', '=', old)
      .set({ password_hash })
      .execute()
  }

  #select() {
    return this.#db.selectFrom('account').select([...PERSON, membershipsOf])
  }
}

function foldedNames({ username, email }: { username: string; email: string }) {
  return { username_folded: folded(username), email_folded: folded(email) }
}

/** PostgreSQL takes a parameter in a select list for text unless told. */
function cast(value: string | null, column: string) {
  return column === 'id' ? sql<string>`${value}::uuid` : sql<string>`${value}::text`
}
