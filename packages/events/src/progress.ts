import { AUDIT_STREAM, DOMAIN_STREAM } from '@wardstone/contracts'
import type { JetStreamManager, NatsConnection } from 'nats'
import type { StreamProgress } from './outbox.ts'
import { DURABLES, type Durable } from './streams.ts'

/** Reads how far each stream and its consumers are; throws when one of them is missing. */
export async function readProgress(
  connection: NatsConnection,
): Promise<Map<string, StreamProgress>> {
  const manager = await connection.jetstreamManager({ checkAPI: false })
  const streams = await Promise.all(
    [AUDIT_STREAM, DOMAIN_STREAM].map(async (name) => [name, await read(manager, name)] as const),
  )
  return new Map(streams)
}

async function read(manager: JetStreamManager, name: string): Promise<StreamProgress> {
  // The stream before its consumers: what they have all read by then includes its last message.
  const { created, state } = await manager.streams.info(name)
  const durables = DURABLES.filter(({ stream }) => stream === name)
  const floors = await Promise.all(
    durables.map((durable) => consumedBy(manager, durable, state.last_seq)),
  )
  return { stream: `${name}@${created}`, consumed: Math.min(...floors), last: state.last_seq }
}

async function consumedBy(manager: JetStreamManager, durable: Durable, last: number) {
  const info = await manager.consumers.info(durable.stream, durable.durable)
  const idle = info.num_pending === 0 && info.num_ack_pending === 0
  // The floor of a consumer of part of a stream stands still while others' messages go by.
  return idle && durable.partial ? last : info.ack_floor.stream_seq
}
