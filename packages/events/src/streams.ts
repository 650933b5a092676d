import { AUDIT_STREAM, DOMAIN_STREAM } from '@wardstone/contracts'
import {
  AckPolicy,
  type ConsumerConfig,
  connect,
  DeliverPolicy,
  DiscardPolicy,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from 'nats'
import { backoff, Sleeper } from './backoff.ts'
import { connectionOptions, connectNats } from './connection.ts'
import type { Logger } from './logger.ts'

/** A durable pull consumer; it is named after the service that reads it. */
export interface Durable {
  readonly stream: string
  readonly durable: string
  readonly filter: string
  /** True when `filter` leaves out part of the stream. */
  readonly partial: boolean
}

/** Who reads what. A relay keeps its outbox rows until all of a stream's consumers have them. */
export const DURABLES: readonly Durable[] = [
  { stream: AUDIT_STREAM, durable: 'audit', filter: 'audit.>', partial: false },
  { stream: DOMAIN_STREAM, durable: 'auth', filter: 'domain.*.hospital.>', partial: true },
  { stream: DOMAIN_STREAM, durable: 'appointment', filter: 'domain.>', partial: false },
]

/** How long a message stays, read or not. Relays send again what nobody has read after two thirds of it. */
export const MESSAGE_AGE_MS = 72 * 60 * 60 * 1000

const streamConfig = (name: string, subjects: string): Partial<StreamConfig> => ({
  name,
  subjects: [subjects],
  storage: StorageType.File,
  retention: RetentionPolicy.Limits,
  discard: DiscardPolicy.New,
  max_age: nanos(MESSAGE_AGE_MS),
  max_msg_size: 1024 * 1024,
  duplicate_window: nanos(5 * 60 * 1000),
  deny_delete: true,
  deny_purge: true,
  num_replicas: 1,
})

const STREAMS = [streamConfig(AUDIT_STREAM, 'audit.>'), streamConfig(DOMAIN_STREAM, 'domain.>')]

const consumerConfig = ({ durable, filter }: Durable): Partial<ConsumerConfig> => ({
  durable_name: durable,
  filter_subject: filter,
  deliver_policy: DeliverPolicy.All,
  ack_policy: AckPolicy.Explicit,
  ack_wait: nanos(10_000),
  max_deliver: -1,
  max_ack_pending: 1000,
})

/**
 * Makes both streams and their consumers what they should be, with the administrator's `url`. Waits
 * up to `within` ms for JetStream; doing it again changes nothing.
 */
export async function ensureStreams(url: string, within = 20_000): Promise<void> {
  const until = Date.now() + within
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ensureOnce(url)
    } catch (error) {
      if (Date.now() > until) throw new Error('JetStream did not get ready', { cause: error })
      await new Sleeper().sleep(backoff(attempt, 50, 500))
    }
  }
}

/** Looks every `every` ms that streams and consumers are there, as they are not when JetStream's folder was lost. */
export function keepStreams(options: { url: string; logger: Logger; every?: number }): {
  close(): Promise<void>
} {
  const { url, logger, every = 5000 } = options
  const nats = connectNats({ url, name: 'admin', logger })
  const sleeper = new Sleeper()
  let closing = false
  const run = (async () => {
    while (!closing) {
      if (nats.connection && nats.isUp()) {
        await ensureOn(nats.connection).catch((error) => {
          if (!closing) logger.warn({ err: error }, 'streams not ensured')
        })
      }
      if (!closing) await sleeper.sleep(nats.connection ? every : 250)
    }
  })()
  return {
    close: async () => {
      closing = true
      sleeper.wake()
      await nats.close()
      await run
    },
  }
}

async function ensureOnce(url: string): Promise<void> {
  const connection = await connect({ ...connectionOptions(url, 'admin'), reconnect: false })
  try {
    await ensureOn(connection)
  } finally {
    await connection.close()
  }
}

async function ensureOn(connection: NatsConnection): Promise<void> {
  const manager = await connection.jetstreamManager()
  for (const config of STREAMS) await ensureStream(manager, config)
  for (const durable of DURABLES) await ensureConsumer(manager, durable)
}

async function ensureStream(manager: JetStreamManager, config: Partial<StreamConfig>) {
  const name = config.name ?? ''
  const present = await manager.streams.info(name).catch(ignoreNotFound)
  if (!present) await manager.streams.add(config)
  else if (differs(present.config, config)) await manager.streams.update(name, config)
}

async function ensureConsumer(manager: JetStreamManager, durable: Durable) {
  const config = consumerConfig(durable)
  const present = await manager.consumers
    .info(durable.stream, durable.durable)
    .catch(ignoreNotFound)
  if (!present) await manager.consumers.add(durable.stream, config)
  else if (differs(present.config, config)) {
    await manager.consumers.update(durable.stream, durable.durable, config)
  }
}

function differs<T extends object>(present: T, wanted: Partial<T>): boolean {
  return Object.entries(wanted).some(
    ([key, value]) => JSON.stringify(present[key as keyof T]) !== JSON.stringify(value),
  )
}

function ignoreNotFound(error: unknown): undefined {
  const code = (error as { api_error?: { code?: number } }).api_error?.code
  if (code !== 404) throw error
}
