import type { AuditAction } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { patientNotFound, stalePatient } from '../errors.ts'
import * as events from './events.ts'
import { forbidden, mayRestrict, refuseClinical } from './field-permissions.ts'
import { recordedOnce } from './once.ts'
import { type RecordAudit, refuseClosed } from './reading.ts'
import { PatientRepository } from './repository.ts'
import { checkDateOfBirth, complete, merge, type PatientFields, stillUnknown } from './rules.ts'
import type { Patient, PatientBody, PatientPatch } from './schemas.ts'

type Attempt = (
  patients: PatientRepository,
  version: number | undefined,
) => Promise<Patient | undefined>

/** Changes to one patient; one that does not come about is on record before it is answered. */
export class PatientChanges {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys
  readonly #recordAudit: RecordAudit

  constructor(
    { database, keys }: { database: TenantDatabase<Database>; keys: IdempotencyKeys },
    recordAudit: RecordAudit,
  ) {
    this.#database = database
    this.#keys = keys
    this.#recordAudit = recordAudit
  }

  /** PUT: what the body does not say is emptied, but for a restriction. */
  async replace(
    request: FastifyRequest,
    id: string,
    body: PatientBody & PatientPatch,
  ): Promise<Patient> {
    const { version: _, ...fields } = body
    await refuseClinical(request, fields, id)
    checkDateOfBirth(fields.date_of_birth)
    return this.#edit(request, id, fields, (current) =>
      complete({
        is_restricted: current.is_restricted,
        ...fields,
        is_unknown: stillUnknown(current, fields),
      }),
    )
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  async patch(request: FastifyRequest, id: string, body: PatientPatch): Promise<Patient> {
    const { version: _, ...fields } = body
    await refuseClinical(request, fields, id)
    return this.#edit(request, id, fields, (current) => {
      const merged = merge(current, fields)
      return complete({ ...merged, is_unknown: stillUnknown(current, merged) })
    })
  }

  /** DELETE. */
  deactivate(request: FastifyRequest, id: string): Promise<Patient> {
    const told = events.patientDeactivated(request.identity, id)
    return this.#change(request, id, 'patient.deactivated', (patients, version) =>
      patients.setActive(id, false, { version, events: told }),
    )
  }

  /** Once, if the request has a key. */
  reactivate(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Patient> {
    const { identity } = request
    const action = 'patient.reactivated'
    const told = events.patientReactivated(identity, id)
    const attempt: Attempt = (_, version) =>
      recordedOnce(this.#keys, [request, reply], this.#database.tenant(identity), {
        action,
        change: (inside) =>
          new PatientRepository(inside).setActive(id, true, { version, events: told }),
      })
    return this.#change(request, id, action, attempt)
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
      throw await forbidden(request, 'patient.restrict', id)
    }
    const reason = current ? 'stale' : 'not_found'
    await this.#recordAudit(events.patientAccessFailed(identity, action, id, reason))
    throw current ? stalePatient(current.version) : patientNotFound()
  }
}
