import { PLATFORM_HOSPITAL_ID, type Role } from '@wardstone/contracts'
import type { ExpressionBuilder } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Database, MembershipStatus } from '../database/schema.ts'
import type { Refusal } from '../errors.ts'

/** A membership with what its hospital is called and whether that is active. */
export interface Member {
  /** The nil UUID for the platform's administrators. */
  hospital_id: string
  hospital_name: string
  hospital_is_active: boolean
  role: Role
  status: MembershipStatus
  version: number
}

/** The memberships of `account`, the oldest first, as one JSON column. */
export function membershipsOf(account: ExpressionBuilder<Database, 'account'>) {
  return jsonArrayFrom(
    account
      .selectFrom('membership')
      .innerJoin('hospital', 'hospital.hospital_id', 'membership.hospital_id')
      .whereRef('membership.account_id', '=', 'account.id')
      .select([
        'membership.hospital_id',
        'hospital.name as hospital_name',
        'hospital.is_active as hospital_is_active',
        'membership.role',
        'membership.status',
        'membership.version',
      ])
      .orderBy('membership.created_at')
      .orderBy('membership.hospital_id'),
  ).as('memberships')
}

/** Why a membership does not let its holder in; undefined when it does. */
export function refusalOf({ status, hospital_is_active }: Member): Refusal | undefined {
  if (status === 'pending') return 'account_pending'
  if (status === 'disabled') return 'account_disabled'
  return hospital_is_active ? undefined : 'hospital_suspended'
}

/** The membership in one hospital. */
export function membershipIn(
  memberships: readonly Member[],
  hospitalId: string,
): Member | undefined {
  return memberships.find(({ hospital_id }) => hospital_id === hospitalId)
}

/**
 * The membership to sign in with: the one asked for, else the first that lets its holder in, else the
 * one that comes closest to it.
 */
export function chooseMembership(
  memberships: readonly Member[],
  hospitalId: string | undefined,
): Member | undefined {
  if (hospitalId !== undefined) return membershipIn(memberships, hospitalId)
  const closest = [undefined, 'hospital_suspended', 'account_pending', 'account_disabled']
  const rank = (member: Member) => closest.indexOf(refusalOf(member))
  return memberships.toSorted((one, other) => rank(one) - rank(other))[0]
}

/** As the wire has it: the platform is no hospital. */
export function onWire({
  hospital_id,
  hospital_name,
  role,
}: Pick<Member, 'hospital_id' | 'hospital_name' | 'role'>) {
  return hospital_id === PLATFORM_HOSPITAL_ID
    ? { hospital_id: null, hospital_name: null, role }
    : { hospital_id, hospital_name, role }
}
