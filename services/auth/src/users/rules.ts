import { type Identity, isGranted, mayGrant, PERMISSIONS, type Role } from '@wardstone/contracts'
import type { MembershipStatus } from '../database/schema.ts'
import type { MemberChange } from './schemas.ts'

/** What somebody is in a hospital. */
export interface Standing {
  role: Role
  status: MembershipStatus
}

/** The membership of somebody, locked. */
export interface LockedMembership extends Standing {
  account_id: string
  version: number
}

/** Why a change does not come about. */
export type ChangeRefusal = 'not_found' | 'stale' | 'role_exceeds_own' | 'last_admin' | 'not_admin'

/** The roles that may manage users. */
export const ADMIN_ROLES: readonly Role[] = PERMISSIONS['user.manage'].roles

/** True for a member who may manage the hospital's users. */
export function isAdmin({ role, status }: Standing): boolean {
  return status === 'active' && isGranted(role, 'user.manage')
}

/**
 * What becomes of a member: their new standing, which is the old one when nothing changes, or why
 * not. `locked` holds the member, the caller and every administrator: nobody else changes them now.
 */
export function decide(
  locked: readonly LockedMembership[],
  id: string,
  patch: MemberChange,
  caller: Pick<Identity, 'role' | 'user_id'>,
): { before: LockedMembership; after: Standing } | { refusal: ChangeRefusal; version?: number } {
  // The caller's token may be a second older than their own demotion.
  const self = locked.find(({ account_id }) => account_id === caller.user_id)
  const isCallerAdmin = self !== undefined && isAdmin(self)
  const before = locked.find(({ account_id }) => account_id === id)
  if (!before) return { refusal: isCallerAdmin ? 'not_found' : 'not_admin' }
  const after = { role: patch.role ?? before.role, status: patch.status ?? before.status }
  const others = locked.filter(({ account_id }) => account_id !== id)
  if (isAdmin(before) && !isAdmin(after) && !others.some(isAdmin)) return { refusal: 'last_admin' }
  if (!isCallerAdmin) return { refusal: 'not_admin' }
  const { version } = before
  if (patch.version !== undefined && patch.version !== version) return { refusal: 'stale', version }
  if (changedFields(before, after).length === 0) return { before, after }

  const gives = after.role !== before.role || after.status === 'active'
  if (gives && !mayGrant(caller.role, after.role)) return { refusal: 'role_exceeds_own' }
  return { before, after }
}

/** The names of what differs. */
export function changedFields(before: Standing, after: Standing): (keyof Standing)[] {
  return (['role', 'status'] as const).filter((field) => before[field] !== after[field])
}
