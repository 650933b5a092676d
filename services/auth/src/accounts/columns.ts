import { sql } from 'kysely'

/** A person as everybody who may see the account sees them. */
export const PERSON = [
  'account.id',
  'account.username',
  'account.email',
  'account.first_name',
  'account.last_name',
  'account.phone',
  'account.version',
] as const

/** Their names are told to the audit when they change. */
const AUDITED = ['email', 'first_name', 'last_name', 'phone'] as const

/** The names of the columns that differ between `old` and the updated row. */
export const changedFields = sql<string[]>`array_remove(array[${sql.join(
  AUDITED.map(
    (column) =>
      sql`case when account.${sql.ref(column)} is distinct from old.${sql.ref(column)} then ${sql.lit(column)} end`,
  ),
)}], null)`.as('changed_fields')
