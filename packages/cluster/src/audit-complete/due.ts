import { PERMISSIONS, type Permission } from '@wardstone/contracts'
import type { LoggedAnswer } from './answers.ts'

/** The permission of each operation, by `GET /api/patients/:id`. */
export type PermissionOf = ReadonlyMap<string, Permission>

/** The part of an OpenAPI document that says who may do what. */
export interface Documented {
  paths: Record<string, Record<string, { 'x-permission'?: string }>>
}

/** It tells when doctors are free, of no patient. */
const TELLS_OF_NOBODY = 'GET /api/appointments/slots'

/** Reads of what tells of patients, and of the audit itself, are on record; what tells of the house is not. */
const READS_ON_RECORD = /^(patient|appointment|audit)\./

/** Reads the permissions from the OpenAPI document of the gateway. */
export function permissionsIn({ paths }: Documented): PermissionOf {
  const permissions = new Map<string, Permission>()
  for (const [path, operations] of Object.entries(paths)) {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1')
    for (const [method, { 'x-permission': permission }] of Object.entries(operations)) {
      if (permission !== undefined && Object.hasOwn(PERMISSIONS, permission))
        permissions.set(`${method.toUpperCase()} ${route}`, permission as Permission)
    }
  }
  return permissions
}

/**
 * Whether an answer has to be on record: what was done, what was shown of patients or of the audit, and
 * every denial. A request that was not understood, or came to nothing, showed nobody anything.
 */
export function isDue({ method, route, status }: LoggedAnswer, permissions: PermissionOf): boolean {
  const operation = `${method === 'HEAD' ? 'GET' : method} ${route}`
  const permission = permissions.get(operation)
  if (permission === undefined) return false
  if (status === 403) return true
  if (status !== 304 && (status < 200 || status > 299)) return false
  const isRead = method === 'GET' || method === 'HEAD'
  return !isRead || (READS_ON_RECORD.test(permission) && operation !== TELLS_OF_NOBODY)
}
