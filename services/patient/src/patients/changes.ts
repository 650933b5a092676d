import { type AuditAction, type Identity, isGranted, type Permission } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { fieldForbidden, patientNotFound, stalePatient } from '../errors.ts'
import * as events from './events.ts'
import { type RecordAudit, refuseClosed } from './reading.ts'
import { PatientRepository } from './repository.ts'
import { checkDateOfBirth, complete, merge, type PatientFields } from './rules.ts'
import type { NewPatient, Patient, PatientPatch } from './schemas.ts'

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
    if (!mayRestrict(request.identity, false, body)) {
      throw await this.#forbidden(request, 'patient.restrict')
    }
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
    await this.#allowClinical(request, fields, id)
    checkDateOfBirth(fields.date_of_birth)
    return this.#edit(request, id, fields, ({ is_restricted }) =>
      complete({ is_restricted, ...fields }),
    )
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  async patch(request: FastifyRequest, id: string, body: PatientPatch): Promise<Patient> {
    const { version: _, ...fields } = body
    await this.#allowClinical(request, fields, id)
    return this.#edit(request, id, fields, (current) => complete(merge(current, fields)))
  }

  /** DELETE and reactivation. */
  setActive(request: FastifyRequest, id: string, active: boolean): Promise<Patient> {
    const action = active ? 'patient.reactivated' : 'patient.deactivated'
    const told = active ? events.patientReactivated : events.patientDeactivated
    return this.#change(request, id, action, (patients, version) =>
      patients.setActive(id, active, { version, events: told(request.identity, id) }),
    )
  }

  #edit(
    request: FastifyRequest,
    id: string,
    said: PatientPatch,
    fieldsOf: (current: Patient) => PatientFields,
  ): Promise<Patient> {
    const { identity } = request
    const told = events.patientUpdated(identity, id)
    const attempt: Attempt = (patients, version) =>
      patients.replace(id, { version, events: told }, (current) =>
        mayRestrict(identity, current.is_restricted, said) ? fieldsOf(current) : undefined,
      )
    return this.#change(request, id, 'patient.updated', attempt, said)
  }

  async #change(
    request: FastifyRequest,
    id: string,
    action: AuditAction,
    attempt: Attempt,
    said: PatientPatch = {},
  ) {
    const { identity } = request
    const patients = new PatientRepository(this.#database.tenant(identity))
    const changed = await attempt(patients, expectedVersion(request))
    if (changed) return changed
    const current = await patients.find(id)
    if (current) await refuseClosed(this.#recordAudit, identity, current)
    if (current && !mayRestrict(identity, current.is_restricted, said)) {
      throw await this.#forbidden(request, 'patient.restrict', id)
    }
    const reason = current ? 'stale' : 'not_found'
    await this.#recordAudit(events.patientAccessFailed(identity, action, id, reason))
    throw current ? stalePatient(current.version) : patientNotFound()
  }

  /** Who may not read the clinical part cannot send it back either: to name it is to change it. */
  async #allowClinical(request: FastifyRequest, said: PatientPatch, id?: string): Promise<void> {
    const permission = 'patient.clinical.write'
    if (said.medical_history === undefined || isGranted(request.identity.role, permission)) return
    throw await this.#forbidden(request, permission, id)
  }

  /** The denial, on record. */
  async #forbidden({ identity }: FastifyRequest, permission: Permission, id?: string) {
    await this.#recordAudit(events.fieldDenied(identity, permission, id))
    return fieldForbidden(permission)
  }
}

/** A form sends a restriction back as it was; changing it has a permission of its own. */
function mayRestrict(
  { role }: Pick<Identity, 'role'>,
  current: boolean,
  { is_restricted = current }: PatientPatch,
): boolean {
  return is_restricted === current || isGranted(role, 'patient.restrict')
}
