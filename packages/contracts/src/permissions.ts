import { type Static, Type } from '@sinclair/typebox'
import type { BreakGlass } from './break-glass.ts'

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
 * What a person acts as: their role, or `break_glass` for a platform administrator who has opened one
 * hospital for a while.
 */
export const ActingRoleSchema = Type.Union([...RoleSchema.anyOf, Type.Literal('break_glass')])
export type ActingRole = Static<typeof ActingRoleSchema>

/**
 * Who a request comes from: what a person acts as, `anonymous` on public routes, or `system` for the
 * own calls of the gateway and of services to `/internal/…`, which no client can reach.
 */
export const CallerRoleSchema = Type.Union([
  ...ActingRoleSchema.anyOf,
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
  /** What its holder may do, for the page of permissions. */
  readonly description: string
  readonly scope: PermissionScope
  readonly roles: readonly CallerRole[]
  /** Not while a glass is broken, whatever the role. */
  readonly notUnderGlass?: true
}

const members = ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const
const everybody = ['platform_admin', ...members] as const
const clinicians = ['admin', 'doctor', 'nurse'] as const

/** The role × permission table. Routes name a permission, never a role. */
export const PERMISSIONS = {
  'account.read': {
    description: 'see the own account, and sign out',
    scope: 'any',
    roles: [...everybody, 'break_glass'],
  },
  'account.self': {
    description: 'change the own account and its password, see and end its sessions',
    scope: 'any',
    roles: everybody,
    notUnderGlass: true,
  },
  'audit.read': {
    description: 'read and verify the audit of the hospital, and who broke the glass',
    scope: 'hospital',
    roles: ['admin', 'break_glass'],
  },
  'break_glass.open': {
    description: 'open, for at most an hour, one hospital (platform) or one restricted patient',
    scope: 'any',
    roles: everybody,
    notUnderGlass: true,
  },
  'hospital.create': {
    description: 'create a hospital with its first administrator',
    scope: 'any',
    roles: ['platform_admin'],
  },
  'hospital.read': {
    description: 'see the hospital; the platform: each',
    scope: 'any',
    roles: [...everybody, 'break_glass'],
  },
  'hospital.update': {
    description: 'change the contact and the settings of the hospital',
    scope: 'any',
    roles: ['platform_admin', 'admin'],
    notUnderGlass: true,
  },
  'hospital.administer': {
    description: 'change every field of every hospital, suspend and reactivate it',
    scope: 'any',
    roles: ['platform_admin'],
  },
  'patient.read': {
    description: 'list, search, count and read patients without their clinical part',
    scope: 'hospital',
    roles: [...members, 'break_glass'],
  },
  'patient.write': {
    description: 'register patients and change them',
    scope: 'hospital',
    roles: ['admin', 'doctor', 'nurse', 'receptionist'],
  },
  'patient.deactivate': {
    description: 'deactivate and reactivate patients',
    scope: 'hospital',
    roles: ['admin'],
  },
  'patient.clinical.read': {
    description: 'read the clinical part of patients',
    scope: 'hospital',
    roles: [...clinicians, 'break_glass'],
  },
  'patient.clinical.write': {
    description: 'change the clinical part of patients',
    scope: 'hospital',
    roles: clinicians,
  },
  'patient.restricted.read': {
    description: 'open restricted patients without breaking the glass',
    scope: 'hospital',
    roles: ['admin', 'break_glass'],
  },
  'patient.restrict': {
    description: 'restrict patients and lift the restriction',
    scope: 'hospital',
    roles: ['admin'],
  },
  'patient.export': {
    description: 'take out all patients of the hospital as a file',
    scope: 'hospital',
    roles: ['admin'],
    notUnderGlass: true,
  },
  'patient.import': {
    description: 'register many patients from a file',
    scope: 'hospital',
    roles: ['admin'],
    notUnderGlass: true,
  },
  'department.read': {
    description: 'see the departments of the hospital',
    scope: 'hospital',
    roles: [...members, 'break_glass'],
  },
  'department.write': {
    description: 'open, change and close departments',
    scope: 'hospital',
    roles: ['admin'],
    notUnderGlass: true,
  },
  'doctor.read': {
    description: 'see the doctors of the hospital, when they work and the holidays',
    scope: 'hospital',
    roles: [...members, 'break_glass'],
  },
  'doctor.write': {
    description: 'enter doctors, change and deactivate them; keep the holidays of the hospital',
    scope: 'hospital',
    roles: ['admin'],
    notUnderGlass: true,
  },
  'doctor.schedule.write': {
    description: 'change when doctors work and are away; a doctor: only when they themselves do',
    scope: 'hospital',
    roles: ['admin', 'doctor'],
    notUnderGlass: true,
  },
  'appointment.read': {
    description: 'list, search, count and read appointments',
    scope: 'hospital',
    roles: [...members, 'break_glass'],
  },
  'appointment.write': {
    description: 'book, move and cancel appointments, check patients in, close visits',
    scope: 'hospital',
    roles: ['admin', 'doctor', 'nurse', 'receptionist'],
  },
  'user.manage': {
    description: 'invite, approve and disable users of the hospital, and change their roles',
    scope: 'hospital',
    roles: ['admin'],
    notUnderGlass: true,
  },
  'system.references.read': {
    description: 'another service: names and states of patients and doctors of one hospital, by id',
    scope: 'hospital',
    roles: ['system'],
  },
  'system.revocations.read': {
    description: 'the gateway: which access tokens to refuse',
    scope: 'any',
    roles: ['system'],
  },
  'system.suspensions.read': {
    description: 'the gateway: which hospitals are suspended',
    scope: 'any',
    roles: ['system'],
  },
} as const satisfies Record<string, Grant>

export type Permission = keyof typeof PERMISSIONS

/** True when the table grants `permission` to `role`. */
export function isGranted(role: CallerRole, permission: Permission): boolean {
  return (PERMISSIONS[permission].roles as readonly CallerRole[]).includes(role)
}

/** True when `caller` may use `permission` now: it is granted to the role, and no broken glass forbids it. */
export function isAllowed(
  { role, break_glass }: { role: CallerRole; break_glass?: BreakGlass | undefined },
  permission: Permission,
): boolean {
  const grant: Grant = PERMISSIONS[permission]
  return isGranted(role, permission) && !(break_glass && grant.notUnderGlass)
}

/** True when whoever acts as `granter` holds all that `role` would: nobody grants what they lack. */
export function mayGrant(granter: CallerRole, role: Role): boolean {
  const permissions = Object.keys(PERMISSIONS) as Permission[]
  return permissions.every((each) => isGranted(granter, each) || !isGranted(role, each))
}
