import type { AuditAction } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { notFound, stale } from '../errors.ts'
import { type Attempt, refused } from '../records/failures.ts'
import { replayRecorded } from '../records/replays.ts'
import { differences, refuseStale } from '../records/rules.ts'
import * as events from './events.ts'
import { DoctorRepository } from './repository.ts'
import { complete, type DoctorFields, inNfc, merge, toRow } from './rules.ts'
import type { Doctor, DoctorPatch, NewDoctor } from './schemas.ts'

/** Changes to doctors; one that does not come about is on record before it is answered. */
export class DoctorChanges {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys

  constructor(database: TenantDatabase<Database>, keys: IdempotencyKeys) {
    this.#database = database
    this.#keys = keys
  }

  /** Stores a new doctor; once, if the request has a key. */
  async create(request: FastifyRequest, reply: FastifyReply, body: NewDoctor): Promise<Doctor> {
    const { identity } = request
    const action = 'doctor.created'
    try {
      return await this.#keys.once([request, reply], this.#database.tenant(identity), {
        change: (inside) => {
          const fields = inNfc(complete(body))
          const doctor = { ...toRow(fields), id: uuidv7() }
          const told = events.doctorCreated(identity, { ...doctor, version: 1 })
          return new DoctorRepository(inside).create(doctor, told)
        },
        replayed: ({ id }) => replayRecorded(request, attemptOn(action, id)),
      })
    } catch (error) {
      throw await refused(request, { action }, error)
    }
  }

  /** PUT: what the body does not say is emptied, but for whether they are active. */
  replace(
    request: FastifyRequest,
    id: string,
    { version: _, ...body }: NewDoctor & { version?: number },
  ): Promise<Doctor> {
    return this.#edit(request, id, ({ is_active }) => complete({ is_active, ...body }))
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  patch(
    request: FastifyRequest,
    id: string,
    { version: _, ...patch }: DoctorPatch & { version?: number },
  ): Promise<Doctor> {
    return this.#edit(request, id, (current) => merge(current, patch))
  }

  /** DELETE. */
  deactivate(request: FastifyRequest, id: string): Promise<Doctor> {
    return this.#edit(request, id, (current) => merge(current, { is_active: false }))
  }

  /** Reactivates; once, if the request has a key. */
  async reactivate(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Doctor> {
    const attempt = attemptOn('doctor.reactivated', id)
    try {
      return await this.#keys.once([request, reply], this.#database.tenant(request.identity), {
        change: (inside) =>
          change(inside, request, id, (current) => merge(current, { is_active: true })),
        replayed: () => replayRecorded(request, attempt),
      })
    } catch (error) {
      throw await refused(request, attempt, error)
    }
  }

  async #edit(request: FastifyRequest, id: string, fieldsOf: FieldsOf): Promise<Doctor> {
    try {
      return await change(this.#database.tenant(request.identity), request, id, fieldsOf)
    } catch (error) {
      const action = request.method === 'DELETE' ? 'doctor.deactivated' : 'doctor.updated'
      throw await refused(request, attemptOn(action, id), error)
    }
  }
}

type FieldsOf = (current: Doctor) => DoctorFields

/** One that changes nothing is no change. */
async function change(
  tenant: Tenant<Database>,
  request: FastifyRequest,
  id: string,
  fieldsOf: FieldsOf,
): Promise<Doctor> {
  const doctor = await new DoctorRepository(tenant).change(id, (current) => {
    refuseStale(current, expectedVersion(request), stale)
    const fields = inNfc(fieldsOf(current))
    const changed = differences(merge(current, {}), fields)
    const names = Object.keys(changed)
    if (names.length === 0) return undefined
    const next = { id, is_active: fields.is_active, version: current.version + 1 }
    return { row: toRow(fields), events: toldOf(changed)(request.identity, next, names) }
  })
  if (!doctor) throw notFound()
  return doctor
}

function toldOf({ is_active }: { is_active?: boolean }): events.DoctorChanged {
  if (is_active === undefined) return events.doctorUpdated
  return is_active ? events.doctorReactivated : events.doctorDeactivated
}

function attemptOn(action: AuditAction, id: string): Attempt {
  return { action, entity: { type: 'doctor', id } }
}
