import { type Static, Type } from '@sinclair/typebox'

/** The roles a person can have: five within a hospital, and the platform administrator, who has none. */
export const RoleSchema = Type.Union([
  Type.Literal('platform_admin'),
  Type.Literal('admin'),
  Type.Literal('doctor'),
  Type.Literal('nurse'),
  Type.Literal('receptionist'),
  Type.Literal('staff'),
])
export type Role = Static<typeof RoleSchema>

/**
 * Who a request comes from: a person's role, `anonymous` on public routes, or `system` for the
 * gateway's own calls to `/internal/…`, which no client can reach.
 */
export const CallerRoleSchema = Type.Union([
  ...RoleSchema.anyOf,
  Type.Literal('anonymous'),
  Type.Literal('system'),
])
export type CallerRole = Static<typeof CallerRoleSchema>

/**
 * Where a permission works: on the data of the caller's `hospital`; or `any`where, so that a caller
 * without a hospital may hold it too.
 */
export type PermissionScope = 'hospital' | 'any'

interface Grant {
  readonly scope: PermissionScope
  readonly roles: readonly CallerRole[]
}

const everybody = ['platform_admin', 'admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const
const members = ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const
const clinicians = ['admin', 'doctor', 'nurse'] as const

/** The role × permission table. Routes name a permission, never a role. */
export const PERMISSIONS = {
  'account.self': { scope: 'any', roles: everybody },
  'audit.read': { scope: 'hospital', roles: ['admin'] },
  'hospital.create': { scope: 'any', roles: ['platform_admin'] },
  'hospital.read': { scope: 'any', roles: everybody },
  'hospital.update': { scope: 'any', roles: ['platform_admin', 'admin'] },
  'hospital.administer': { scope: 'any', roles: ['platform_admin'] },
  'patient.read': { scope: 'hospital', roles: members },
  'patient.write': { scope: 'hospital', roles: ['admin', 'doctor', 'nurse', 'receptionist'] },
  'patient.deactivate': { scope: 'hospital', roles: ['admin'] },
  'patient.clinical.read': { scope: 'hospital', roles: clinicians },
  'patient.clinical.write': { scope: 'hospital', roles: clinicians },
  'system.revocations.read': { scope: 'any', roles: ['system'] },
  'system.suspensions.read': { scope: 'any', roles: ['system'] },
} as const satisfies Record<string, Grant>

export type Permission = keyof typeof PERMISSIONS

/** True when the table grants `permission` to `role`. */
export function isGranted(role: CallerRole, permission: Permission): boolean {
  return (PERMISSIONS[permission].roles as readonly CallerRole[]).includes(role)
}
