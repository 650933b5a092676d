import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { scheduleUpdated } from '../doctors/events.ts'
import { refuseOthersSchedule } from '../doctors/own-schedule.ts'
import { DoctorRepository } from '../doctors/repository.ts'
import { notFound, unknownValue } from '../errors.ts'
import { refused } from '../records/failures.ts'
import { replayRecorded } from '../records/replays.ts'
import { AbsenceRepository } from './repository.ts'
import type { Absence, NewAbsence } from './schemas.ts'

/** Changes to when doctors are away: each is a change of the doctor, whose version says so. */
export class AbsenceChanges {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys

  constructor(database: TenantDatabase<Database>, keys: IdempotencyKeys) {
    this.#database = database
    this.#keys = keys
  }

  /** Stores a new absence; once, if the request has a key. */
  async create(
    request: FastifyRequest,
    reply: FastifyReply,
    doctorId: string,
    body: NewAbsence,
  ): Promise<Absence> {
    if (body.ends_on < body.starts_on) throw unknownValue('ends_on', 'must not be before starts_on')
    const attempt = attemptOn(doctorId)
    try {
      return await this.#keys.once([request, reply], this.#database.tenant(request.identity), {
        change: (tenant) =>
          tenant.together(async (inside) => {
            await changeDoctor(inside, doctorId)
            return new AbsenceRepository(inside, doctorId).create(body)
          }),
        replayed: () => replayRecorded(request, attempt),
      })
    } catch (error) {
      throw await refused(request, attempt, error)
    }
  }

  async remove(request: FastifyRequest, doctorId: string, id: string): Promise<void> {
    try {
      await this.#database.tenant(request.identity).together(async (inside) => {
        await changeDoctor(inside, doctorId)
        if (!(await new AbsenceRepository(inside, doctorId).remove(id))) throw notFound()
      })
    } catch (error) {
      throw await refused(request, attemptOn(doctorId), error)
    }
  }
}

/** The doctor's next version, with what is told of it; holds the doctor until the transaction ends. */
async function changeDoctor(tenant: Tenant<Database>, id: string): Promise<void> {
  const { identity } = tenant
  const doctor = await new DoctorRepository(tenant).change(id, (current) => {
    refuseOthersSchedule(identity, current)
    const next = { ...current, version: current.version + 1 }
    return { row: {}, events: scheduleUpdated(identity, next, ['exceptions']) }
  })
  if (!doctor) throw notFound()
}

function attemptOn(id: string) {
  return { action: 'doctor.schedule_updated', entity: { type: 'doctor', id } } as const
}
