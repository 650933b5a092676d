import type { Page } from '@wardstone/contracts'
import { type CursorCodec, toPage } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { InvitationRepository } from './repository.ts'
import type { Invitation, InvitationListQuery } from './schemas.ts'

/** One page of the hospital's open invitations, the newest first. */
export async function listInvitations(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { limit, cursor }: InvitationListQuery,
): Promise<Page<Invitation>> {
  const scope = [tenant.hospitalId, 'invitations']
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)
  const invitations = new InvitationRepository(tenant)
  const rows = await invitations.list(limit, after as [string, string] | undefined)
  return toPage(rows, limit, { codec, scope, position: (row) => [row.created_at, row.id] })
}
