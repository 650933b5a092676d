import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { patientNotFound, patientRestricted } from '../errors.ts'
import * as events from './events.ts'
import { PatientRepository } from './repository.ts'
import { isClosedTo } from './restriction.ts'
import type { Patient } from './schemas.ts'

/** Puts an event on record before what it tells of is answered. */
export type RecordAudit = (event: AuditEvent) => Promise<void>

/**
 * One patient, read on record.
 * @throws problem 404 when the hospital has no such patient, 403 when the record is closed to the caller
 */
export async function readPatient(
  tenant: Tenant<Database>,
  recordAudit: RecordAudit,
  id: string,
): Promise<Patient> {
  const { identity } = tenant
  const patient = await new PatientRepository(tenant).find(id)
  if (!patient) {
    await recordAudit(events.patientAccessFailed(identity, 'patient.read', id, 'not_found'))
    throw patientNotFound()
  }
  await refuseClosed(recordAudit, identity, patient)
  await recordAudit(events.patientRead(identity, id))
  return patient
}

/** @throws problem 403, on record, when the record of `patient` is closed to `identity` */
export async function refuseClosed(
  recordAudit: RecordAudit,
  identity: Identity,
  patient: Patient,
): Promise<void> {
  if (!isClosedTo(identity, patient)) return
  await recordAudit(events.restrictedDenied(identity, patient.id))
  throw patientRestricted()
}
