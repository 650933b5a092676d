import { type Member, onWire, refusalOf } from './memberships.ts'
import type { Account } from './repository.ts'
import type { User } from './schemas.ts'

/** A person as `member`, with the memberships they can sign in with. */
export function toUser(account: Account, member: Member): User {
  const { memberships, ...person } = account
  const usable = memberships.filter((each) => refusalOf(each) === undefined)
  return { ...person, ...onWire(member), memberships: usable.map(onWire) }
}
