import type { JetStreamClient, PubAck } from 'nats'

/** What became of one message. */
export type PublishResult<Message> =
  | { readonly message: Message; readonly ack: PubAck }
  | { readonly message: Message; readonly error: Error }

interface Publishable {
  readonly id: string
  readonly subject: string
  readonly payload: string
}

// "message size exceeds maximum allowed"
const MESSAGE_TOO_LARGE = 10054
const HOPELESS = new Set(['MAX_PAYLOAD_EXCEEDED', 'PERMISSIONS_VIOLATION', 'BAD_SUBJECT'])

/**
 * Publishes the messages of different hospitals at once, those of one hospital one after the other, so
 * that none overtakes another; each under its id, so that JetStream drops a repetition. What comes
 * after a message that was not taken is not tried, and has no result. Never throws.
 */
export async function publishAll<Message extends Publishable>(
  jetstream: JetStreamClient,
  messages: readonly Message[],
): Promise<PublishResult<Message>[]> {
  const lanes = Map.groupBy(messages, ({ subject }) => laneOf(subject))
  const results = [...lanes.values()].map((lane) => publishInOrder(jetstream, lane))
  return (await Promise.all(results)).flat()
}

/** Of `audit.<hospital>.…` and `domain.<hospital>.…` the first two: a hospital in one stream. */
function laneOf(subject: string): string {
  return subject.split('.', 2).join('.')
}

async function publishInOrder<Message extends Publishable>(
  jetstream: JetStreamClient,
  messages: readonly Message[],
): Promise<PublishResult<Message>[]> {
  const results: PublishResult<Message>[] = []
  for (const message of messages) {
    const result = await publish(jetstream, message)
    results.push(result)
    if ('error' in result && !isHopeless(result.error)) break
  }
  return results
}

async function publish<Message extends Publishable>(
  jetstream: JetStreamClient,
  message: Message,
): Promise<PublishResult<Message>> {
  const { id, subject, payload } = message
  try {
    return { message, ack: await jetstream.publish(subject, payload, { msgID: id, timeout: 3000 }) }
  } catch (error) {
    return { message, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

/** True when the message itself is refused, however often it is tried. */
export function isHopeless(error: Error): boolean {
  const { code, api_error } = error as { code?: unknown; api_error?: { err_code?: number } }
  return HOPELESS.has(String(code)) || api_error?.err_code === MESSAGE_TOO_LARGE
}
