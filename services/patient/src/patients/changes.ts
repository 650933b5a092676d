import { type AuditAction, type AuditEvent, isGranted } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { clinicalForbidden, patientNotFound, stalePatient } from '../errors.ts'
import * as events from './events.ts'
import { PatientRepository } from './repository.ts'
import { checkDateOfBirth, complete, merge } from './rules.ts'
import type { NewPatient, Patient, PatientPatch } from './schemas.ts'

type RecordAudit = (event: AuditEvent) => Promise<void>
type Attempt = (
  patients: PatientRepository,
  version: number | undefined,
) => Promise<Patient | undefined>

/** Changes to one patient; one that does not come about is on record before it is answered. */
export class PatientChanges {
  readonly #database: TenantDatabase<Database>
  readonly #recordAudit: RecordAudit

  constructor(database: TenantDatabase<Database>, recordAudit: RecordAudit) {
    this.#database = database
    this.#recordAudit = recordAudit
  }

  /** Stores a new patient. */
  async create(request: FastifyRequest, body: NewPatient): Promise<Patient> {
    await this.#allowClinical(request, body)
    checkDateOfBirth(body.date_of_birth)
    const patients = new PatientRepository(this.#database.tenant(request.identity))
    return patients.create(complete(body), (id) => events.patientCreated(request.identity, id))
  }

  /** PUT: what the body does not say is emptied. */
  async replace(
    request: FastifyRequest,
    id: string,
    body: NewPatient & PatientPatch,
  ): Promise<Patient> {
    const { version: _, ...fields } = body
    await this.#allowClinical(request, fields, id)
    checkDateOfBirth(fields.date_of_birth)
    const event = events.patientUpdated(request.identity, id)
    return this.#change(request, id, 'patient.updated', (patients, version) =>
      patients.replace(id, { version, event }, () => complete(fields)),
    )
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  async patch(request: FastifyRequest, id: string, body: PatientPatch): Promise<Patient> {
    const { version: _, ...fields } = body
    await this.#allowClinical(request, fields, id)
    const event = events.patientUpdated(request.identity, id)
    return this.#change(request, id, 'patient.updated', (patients, version) =>
      patients.replace(id, { version, event }, (current) => complete(merge(current, fields))),
    )
  }

  /** DELETE and reactivation. */
  setActive(request: FastifyRequest, id: string, active: boolean): Promise<Patient> {
    const action = active ? 'patient.reactivated' : 'patient.deactivated'
    const event = (active ? events.patientReactivated : events.patientDeactivated)(
      request.identity,
      id,
    )
    return this.#change(request, id, action, (patients, version) =>
      patients.setActive(id, active, { version, event }),
    )
  }

  async #change(request: FastifyRequest, id: string, action: AuditAction, attempt: Attempt) {
    const { identity } = request
    const patients = new PatientRepository(this.#database.tenant(identity))
    const changed = await attempt(patients, expectedVersion(request))
    if (changed) return changed
    const current = await patients.find(id)
    const reason = current ? 'stale' : 'not_found'
    await this.#recordAudit(events.patientAccessFailed(identity, action, id, reason))
    throw current ? stalePatient(current.version) : patientNotFound()
  }

  async #allowClinical(request: FastifyRequest, fields: object, id?: string): Promise<void> {
    const { identity } = request
    if (!('medical_history' in fields) || isGranted(identity.role, 'patient.clinical.write')) return
    await this.#recordAudit(events.clinicalWriteDenied(identity, id))
    throw clinicalForbidden()
  }
}
