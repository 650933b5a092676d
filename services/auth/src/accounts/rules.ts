import { actingAs, type Glass } from '../break-glass/glass.ts'
import { type Member, onWire, refusalOf } from './memberships.ts'
import type { Account } from './repository.ts'
import type { User } from './schemas.ts'

/** A person as `member`, or in the hospital whose glass they broke, with the memberships they can sign in with. */
export function toUser(
  account: Account,
  member: Member,
  glass?: Pick<Glass, 'hospital_id' | 'hospital_name'> | null,
): User {
  const { memberships, ...person } = account
  const usable = memberships.filter((each) => refusalOf(each) === undefined)
  return { ...person, ...actingAs(member, glass), memberships: usable.map(onWire) }
}
