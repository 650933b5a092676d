import { type AuditAction, isGranted, type Permission } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { fieldForbidden, patientNotFound, stalePatient } from '../errors.ts'
import * as events from './events.ts'
import { type RecordAudit, refuseClosed } from './reading.ts'
import { PatientRepository } from './repository.ts'
import { checkDateOfBirth, complete, merge } from './rules.ts'
import type { NewPatient, Patient, PatientPatch } from './schemas.ts'

type Attempt = (
  patients: PatientRepository,
  version: number | undefined,
) => Promise<Patient | undefined>

/** Fields that need a permission of their own. */
const GUARDED: readonly (readonly [keyof PatientPatch, Permission])[] = [
  ['medical_history', 'patient.clinical.write'],
  ['is_restricted', 'patient.restrict'],
]

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
    await this.#allowFields(request, body)
    checkDateOfBirth(body.date_of_birth)
    const patients = new PatientRepository(this.#database.tenant(request.identity))
    return patients.create(complete(body), (id) => events.patientCreated(request.identity, id))
  }

  /** PUT: what the body does not say is emptied, but for a restriction. */
  async replace(
    request: FastifyRequest,
    id: string,
    body: NewPatient & PatientPatch,
  ): Promise<Patient> {
    const { version: _, ...fields } = body
    await this.#allowFields(request, fields, id)
    checkDateOfBirth(fields.date_of_birth)
    const event = events.patientUpdated(request.identity, id)
    return this.#change(request, id, 'patient.updated', (patients, version) =>
      patients.replace(id, { version, event }, ({ is_restricted }) =>
        complete({ is_restricted, ...fields }),
      ),
    )
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  async patch(request: FastifyRequest, id: string, body: PatientPatch): Promise<Patient> {
    const { version: _, ...fields } = body
    await this.#allowFields(request, fields, id)
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
    if (current) await refuseClosed(this.#recordAudit, identity, current)
    const reason = current ? 'stale' : 'not_found'
    await this.#recordAudit(events.patientAccessFailed(identity, action, id, reason))
    throw current ? stalePatient(current.version) : patientNotFound()
  }

  async #allowFields(request: FastifyRequest, fields: object, id?: string): Promise<void> {
    const { identity } = request
    for (const [field, permission] of GUARDED) {
      if (!(field in fields) || isGranted(identity.role, permission)) continue
      await this.#recordAudit(events.fieldDenied(identity, permission, id))
      throw fieldForbidden(permission)
    }
  }
}
