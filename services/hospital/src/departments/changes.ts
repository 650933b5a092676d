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
import { DepartmentRepository } from './repository.ts'
import { complete, type DepartmentFields, merge, toRow } from './rules.ts'
import type { Department, DepartmentPatch, NewDepartment } from './schemas.ts'

/** Changes to departments; one that does not come about is on record before it is answered. */
export class DepartmentChanges {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys

  constructor(database: TenantDatabase<Database>, keys: IdempotencyKeys) {
    this.#database = database
    this.#keys = keys
  }

  /** Stores a new department; once, if the request has a key. */
  async create(
    request: FastifyRequest,
    reply: FastifyReply,
    body: NewDepartment,
  ): Promise<Department> {
    const { identity } = request
    const action = 'department.created'
    try {
      return await this.#keys.once([request, reply], this.#database.tenant(identity), {
        change: (inside) => {
          const id = uuidv7()
          const told = events.departmentCreated(identity, id)
          return new DepartmentRepository(inside).create(id, toRow(complete(body)), told)
        },
        replayed: ({ id }) => replayRecorded(request, attemptOn(action, id)),
      })
    } catch (error) {
      throw await refused(request, { action }, error)
    }
  }

  /** PUT: what the body does not say is emptied, but for whether it is active. */
  replace(
    request: FastifyRequest,
    id: string,
    { version: _, ...body }: NewDepartment & { version?: number },
  ): Promise<Department> {
    return this.#edit(request, id, ({ is_active }) => complete({ is_active, ...body }))
  }

  /** PATCH: a JSON merge patch, applied to the record as it is when it is locked. */
  patch(
    request: FastifyRequest,
    id: string,
    { version: _, ...patch }: DepartmentPatch & { version?: number },
  ): Promise<Department> {
    return this.#edit(request, id, (current) => merge(current, patch))
  }

  /** DELETE. */
  deactivate(request: FastifyRequest, id: string): Promise<Department> {
    return this.#edit(request, id, (current) => merge(current, { is_active: false }))
  }

  /** Reactivates; once, if the request has a key. */
  async reactivate(request: FastifyRequest, reply: FastifyReply, id: string): Promise<Department> {
    const attempt = attemptOn('department.reactivated', id)
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

  async #edit(request: FastifyRequest, id: string, fieldsOf: FieldsOf): Promise<Department> {
    try {
      return await change(this.#database.tenant(request.identity), request, id, fieldsOf)
    } catch (error) {
      const action = request.method === 'DELETE' ? 'department.deactivated' : 'department.updated'
      throw await refused(request, attemptOn(action, id), error)
    }
  }
}

type FieldsOf = (current: Department) => DepartmentFields

/** One that changes nothing is no change. */
async function change(
  tenant: Tenant<Database>,
  request: FastifyRequest,
  id: string,
  fieldsOf: FieldsOf,
): Promise<Department> {
  const { identity } = request
  const department = await new DepartmentRepository(tenant).change(id, (current) => {
    refuseStale(current, expectedVersion(request), stale)
    const row = toRow(fieldsOf(current))
    const changed = differences<Partial<typeof row>>(merge(current, {}), row)
    const names = Object.keys(changed).filter((name) => name in current)
    if (names.length === 0) return undefined
    return { row, events: toldOf(changed)(identity, id, names) }
  })
  if (!department) throw notFound()
  return department
}

function toldOf({ is_active }: { is_active?: boolean }): events.DepartmentChanged {
  if (is_active === undefined) return events.departmentUpdated
  return is_active ? events.departmentReactivated : events.departmentDeactivated
}

function attemptOn(action: AuditAction, id: string): Attempt {
  return { action, entity: { type: 'department', id } }
}
