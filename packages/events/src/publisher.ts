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

/** Publishes all at once, each under its id so that JetStream drops a repetition; never throws. */
export function publishAll<Message extends Publishable>(
  jetstream: JetStreamClient,
  messages: readonly Message[],
): Promise<PublishResult<Message>[]> {
  return Promise.all(
    messages.map(async (message) => {
      try {
        const { id, subject, payload } = message
        return {
          message,
          ack: await jetstream.publish(subject, payload, { msgID: id, timeout: 3000 }),
        }
      } catch (error) {
        return { message, error: error instanceof Error ? error : new Error(String(error)) }
      }
    }),
  )
}

/** True when the message itself is refused, however often it is tried. */
export function isHopeless(error: Error): boolean {
  const { code, api_error } = error as { code?: unknown; api_error?: { err_code?: number } }
  return HOPELESS.has(String(code)) || api_error?.err_code === MESSAGE_TOO_LARGE
}
