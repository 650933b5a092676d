import { type AuditEvent, isGranted } from '@wardstone/contracts'
import { expectedVersion } from '@wardstone/service'
import type { HospitalCache, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { fieldsForbidden, notFound, staleHospital } from '../errors.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { HospitalRepository } from './repository.ts'
import { checkSettings, differences } from './rules.ts'
import { type Hospital, type HospitalPatch, PLATFORM_FIELDS } from './schemas.ts'
import type { Decide } from './stored-hospital.ts'
import type { SystemHospitalRepository } from './system-repository.ts'

interface Stores {
  database: TenantDatabase<Database>
  everyHospital: SystemHospitalRepository
  /** What members see of their own. */
  profiles: HospitalCache<Hospital>
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** One hospital as the caller may reach it. */
type Reach = Pick<HospitalRepository, 'find' | 'change'>

/**
 * Who sees and changes which hospital: its members their own, platform administrators each. What is
 * refused is on record before it is answered.
 */
export class HospitalAccess {
  readonly #stores: Stores

  constructor(stores: Stores) {
    this.#stores = stores
  }

  /** @throws problem 404 for a hospital that is not there, or not the caller's */
  async find(request: FastifyRequest, id: string): Promise<Hospital> {
    const reach = await this.#reach(request, id)
    const hospital = await reach.find()
    if (!hospital) throw notFound()
    return hospital
  }

  /** PATCH: a JSON merge patch. One that changes nothing is no change. */
  async patch(
    request: FastifyRequest,
    id: string,
    { version: _, ...patch }: HospitalPatch & { version?: number },
  ): Promise<Hospital> {
    await this.#allowFields(request, id, patch)
    checkSettings(patch)
    const reach = await this.#reach(request, id)
    try {
      const hospital = await reach.change(decision(request, patch))
      if (!hospital) throw notFound()
      return hospital
    } catch (error) {
      throw await recorded(request, 'hospital.updated', error, id)
    }
  }

  async #reach(request: FastifyRequest, id: string): Promise<Reach> {
    const { identity } = request
    const { database, everyHospital, profiles, recordAudit } = this.#stores
    if (isGranted(identity.role, 'hospital.administer')) {
      return {
        find: () => everyHospital.find(id),
        change: (decide) => everyHospital.change(id, decide).finally(() => profiles.forget(id)),
      }
    }
    const tenant = database.tenant(identity)
    if (id === tenant.hospitalId) {
      const own = new HospitalRepository(tenant)
      return {
        find: () => profiles.get(tenant, () => own.find()),
        change: (decide) => own.change(decide).finally(() => profiles.forget(id)),
      }
    }
    await recordAudit(events.otherHospitalDenied(identity, id))
    throw notFound()
  }

  async #allowFields(request: FastifyRequest, id: string, patch: HospitalPatch): Promise<void> {
    const { identity } = request
    const fields = PLATFORM_FIELDS.filter((field) => field in patch)
    if (fields.length === 0 || isGranted(identity.role, 'hospital.administer')) return
    await this.#stores.recordAudit(events.fieldsDenied(identity, id, fields))
    throw fieldsForbidden(fields)
  }
}

/** What a patch makes of a hospital: nothing, or its differences and what is told of them. */
function decision(request: FastifyRequest, patch: HospitalPatch): Decide {
  const { identity } = request
  const expected = expectedVersion(request)
  return (current) => {
    if (expected !== undefined && expected !== current.version) throw staleHospital(current.version)
    const fields = differences(current, patch)
    const names = Object.keys(fields)
    if (names.length === 0) return undefined
    const next = { ...current, ...fields, version: current.version + 1 }
    const told =
      fields.is_active === undefined
        ? events.hospitalUpdated
        : fields.is_active
          ? events.hospitalReactivated
          : events.hospitalSuspended
    return { fields, events: told(identity, next, names) }
  }
}
