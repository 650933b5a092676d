import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '@wardstone/cluster/testing'
import { SERVICE_NAMES } from '@wardstone/contracts'
import { connectionOptions, DURABLES } from '@wardstone/events'
import { connect, type JetStreamManager, type NatsConnection } from 'nats'

const WITHIN_MS = 30_000
const POLL_MS = 20
/** A chain is signed at each of so many entries. */
const SIGNED_EVERY = 1000

/** Tells when what a world's services told each other has arrived. */
export class Arrival {
  readonly #world: World
  readonly #connection: NatsConnection
  readonly #manager: JetStreamManager

  private constructor(world: World, connection: NatsConnection, manager: JetStreamManager) {
    this.#world = world
    this.#connection = connection
    this.#manager = manager
  }

  static async of(world: World, natsUrl: string): Promise<Arrival> {
    const connection = await connect(connectionOptions(natsUrl, 'admin'))
    return new Arrival(world, connection, await connection.jetstreamManager())
  }

  /** Resolves once no outbox holds and no consumer lacks an event, and what is due is signed. */
  async ofAll(): Promise<void> {
    await this.#until(
      'All events',
      async () =>
        (await this.#areSent()) &&
        (await this.#areHandled()) &&
        (await this.#areSent()) &&
        this.#areSigned(),
    )
  }

  /** Resolves once the audit holds an event of the request. */
  async of(requestId: string): Promise<void> {
    await this.#until('The event of a refused request', async () => {
      const rows = await this.#world.sql(
        'audit',
        'select from event where position($1 in payload_canon) > 0 limit 1',
        [requestId],
      )
      return rows.length > 0
    })
  }

  close(): Promise<void> {
    return this.#connection.close()
  }

  async #areSent(): Promise<boolean> {
    const waiting = await Promise.all(
      SERVICE_NAMES.map((name) =>
        this.#world.sql(name, 'select from outbox where published_at is null limit 1'),
      ),
    )
    return waiting.every((rows) => rows.length === 0)
  }

  async #areHandled(): Promise<boolean> {
    const consumers = await Promise.all(
      DURABLES.map(({ stream, durable }) => this.#manager.consumers.info(stream, durable)),
    )
    return consumers.every(
      ({ num_pending, num_ack_pending }) => num_pending + num_ack_pending === 0,
    )
  }

  async #areSigned(): Promise<boolean> {
    const unsigned = await this.#world.sql(
      'audit',
      `select from chain_head where seq >= $1 and not exists (
        select from checkpoint where checkpoint.hospital_id = chain_head.hospital_id
          and checkpoint.seq >= chain_head.seq / $1 * $1)`,
      [SIGNED_EVERY],
    )
    return unsigned.length === 0
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + WITHIN_MS
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error(`${what} did not arrive within ${WITHIN_MS / 1000} s.`)
      await sleep(POLL_MS)
    }
  }
}
