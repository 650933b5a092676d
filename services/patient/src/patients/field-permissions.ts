import { type Identity, isGranted, type Permission } from '@wardstone/contracts'
import type { FastifyRequest } from 'fastify'
import { fieldForbidden } from '../errors.ts'
import { CLINICAL } from './clinical.ts'
import * as events from './events.ts'
import type { PatientPatch } from './schemas.ts'

/**
 * Who may not read the clinical part cannot send it back either: to name it is to change it.
 * @throws problem 403, on record
 */
export async function refuseClinical(
  request: FastifyRequest,
  said: PatientPatch,
  id?: string,
): Promise<void> {
  if (mayWriteClinical(request.identity, said)) return
  throw await forbidden(request, 'patient.clinical.write', id)
}

export function mayWriteClinical({ role }: Pick<Identity, 'role'>, said: PatientPatch): boolean {
  const isSaid = CLINICAL.some((field) => said[field] !== undefined)
  return !isSaid || isGranted(role, 'patient.clinical.write')
}

/** A form sends a restriction back as it was; changing it has a permission of its own. */
export function mayRestrict(
  { role }: Pick<Identity, 'role'>,
  current: boolean,
  { is_restricted = current }: PatientPatch,
): boolean {
  return is_restricted === current || isGranted(role, 'patient.restrict')
}

/** The denial, on record. */
export async function forbidden(request: FastifyRequest, permission: Permission, id?: string) {
  await request.server.recordAudit(events.fieldDenied(request.identity, permission, id))
  return fieldForbidden(permission)
}
