import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database/schema.ts'
import { notFound } from '../errors.ts'
import { type Attempt, refused } from '../records/failures.ts'
import { replayRecorded } from '../records/replays.ts'
import * as events from './events.ts'
import { HolidayRepository } from './repository.ts'
import type { Holiday, NewHoliday } from './schemas.ts'

/** Changes to the holidays; one that does not come about is on record before it is answered. */
export class HolidayChanges {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys

  constructor(database: TenantDatabase<Database>, keys: IdempotencyKeys) {
    this.#database = database
    this.#keys = keys
  }

  /** Stores a new holiday; once, if the request has a key. */
  async create(request: FastifyRequest, reply: FastifyReply, body: NewHoliday): Promise<Holiday> {
    const { identity } = request
    const action = 'holiday.created'
    try {
      return await this.#keys.once([request, reply], this.#database.tenant(identity), {
        change: (inside) => {
          const id = uuidv7()
          const told = events.holidayCreated(identity, id)
          return new HolidayRepository(inside).create(id, body, told)
        },
        replayed: ({ id }) => replayRecorded(request, { action, entity: { type: 'holiday', id } }),
      })
    } catch (error) {
      throw await refused(request, { action }, error)
    }
  }

  async remove(request: FastifyRequest, id: string): Promise<void> {
    const { identity } = request
    const attempt: Attempt = { action: 'holiday.removed', entity: { type: 'holiday', id } }
    try {
      const holidays = new HolidayRepository(this.#database.tenant(identity))
      const removed = await holidays.remove(id, events.holidayRemoved(identity, id))
      if (!removed) throw notFound()
    } catch (error) {
      throw await refused(request, attempt, error)
    }
  }
}
