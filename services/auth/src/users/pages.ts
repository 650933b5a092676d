import type { Page } from '@wardstone/contracts'
import { type CursorCodec, toPage } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { UserRepository } from './repository.ts'
import type { Member, MemberListQuery } from './schemas.ts'

const COLUMNS = {
  created_at: 'membership.created_at',
  username: 'account.username_folded',
} as const

/** One page of the hospital's members. */
export async function listMembers(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  query: MemberListQuery,
): Promise<Page<Member>> {
  const { limit, cursor, count, ordering, ...filter } = query
  const direction = ordering.startsWith('-') ? 'desc' : 'asc'
  const column = COLUMNS[ordering.replace('-', '') as keyof typeof COLUMNS]
  const scope = [tenant.hospitalId, 'users', ordering, filter]
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)

  const users = new UserRepository(tenant)
  const rows = await users.list(filter, {
    column,
    direction,
    limit,
    after: after as [string, string] | undefined,
  })
  const page = toPage(rows, limit, { codec, scope, position: (row) => [row.sort_key, row.id] })
  return count ? { ...page, count: await users.count(filter) } : page
}
