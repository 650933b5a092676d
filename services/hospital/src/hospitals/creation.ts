import type { IdempotencyKeys, SystemDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import * as events from './events.ts'
import { recorded } from './failures.ts'
import { newInvitation } from './invitation.ts'
import { checkSettings, complete, normalized } from './rules.ts'
import type { CreatedHospital, HospitalCreationBody } from './schemas.ts'
import { SystemHospitalRepository } from './system-repository.ts'

/** New hospitals, each with an invitation for its first administrator; once, if the request has a key. */
export class HospitalCreation {
  readonly #system: SystemDatabase<Database>
  readonly #keys: IdempotencyKeys

  constructor(system: SystemDatabase<Database>, keys: IdempotencyKeys) {
    this.#system = system
    this.#keys = keys
  }

  /** @throws problem 409 when another hospital has the name or slug, or another request the key */
  async create(
    request: FastifyRequest,
    reply: FastifyReply,
    body: HospitalCreationBody,
  ): Promise<CreatedHospital> {
    checkSettings(body)
    try {
      return await this.#keys.once([request, reply], this.#system, {
        change: ({ db }) => store(new SystemHospitalRepository(db), request, body),
        replayed: ({ id }) =>
          request.server.recordAudit(events.creationReplayed(request.identity, id)),
      })
    } catch (error) {
      throw await recorded(request, 'hospital.created', error)
    }
  }
}

async function store(
  everyHospital: SystemHospitalRepository,
  { identity }: FastifyRequest,
  { admin, ...fields }: HospitalCreationBody,
): Promise<CreatedHospital> {
  const hospital = { ...complete(fields), id: uuidv7() }
  const { id, is_active = true, is_listed = true, time_zone = 'UTC' } = hospital
  const invitation = newInvitation()
  const suspended_at = is_active ? null : new Date().toISOString()
  const created = await everyHospital.create({ ...hospital, suspended_at }, [
    ...events.hospitalCreated(identity, {
      ...hospital,
      is_active,
      is_listed,
      time_zone,
      version: 1,
    }),
    ...events.firstAdminInvited(identity, id, invitation, normalized(admin)),
  ])
  return { ...created, invitation_code: invitation.code }
}
