import type { Page, TimelineQuery } from '@wardstone/contracts'
import { type CursorCodec, toPage } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { InvitationRepository } from './repository.ts'
import type { Invitation } from './schemas.ts'

/** One page of the hospital's open invitations. */
export async function listInvitations(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { ordering, limit, cursor, count }: TimelineQuery,
): Promise<Page<Invitation>> {
  const scope = [tenant.hospitalId, 'invitations', ordering]
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)
  const invitations = new InvitationRepository(tenant)
  const rows = await invitations.list(ordering, limit, after as [string, string] | undefined)
  const page = toPage(rows, limit, { codec, scope, position: (row) => [row.created_at, row.id] })
  return count ? { ...page, count: await invitations.count() } : page
}
