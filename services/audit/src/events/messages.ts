import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type AuditEvent, AuditMessageSchema, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import type { ReceivedMessage } from '@wardstone/events'

/** Why a message can be put away. */
export const DEAD_LETTER_REASONS = [
  'subject',
  'schema',
  'hospital',
  'service',
  'action',
  'refused',
] as const
export type DeadLetterReason = (typeof DEAD_LETTER_REASONS)[number]

/** A message that is no audit event, and why. */
export interface DeadLetter {
  readonly subject: string
  readonly payload: Uint8Array
  readonly reason: DeadLetterReason
}

const isAuditMessage = TypeCompiler.Compile(AuditMessageSchema)
const SUBJECT = /^audit\.(platform|[0-9a-f-]{36})\.([a-z][a-z0-9-]*)\.([a-z_.]+)$/

/**
 * The events of a message. NATS lets a service publish under its own name only, so an event that says
 * otherwise than its subject is somebody's lie: it is put away, never believed.
 */
export function readMessage(message: ReceivedMessage): AuditEvent[] | DeadLetter {
  const { subject, payload } = message
  const dead = (reason: DeadLetterReason): DeadLetter => ({ subject, payload, reason })
  const [, scope, service, action] = SUBJECT.exec(subject) ?? []
  if (!scope || !service || !action) return dead('subject')
  const content = parse(payload)
  if (!isAuditMessage.Check(content)) return dead('schema')
  for (const event of content.events) {
    if ((event.hospital_id ?? 'platform') !== scope) return dead('hospital')
    if (event.hospital_id === PLATFORM_HOSPITAL_ID) return dead('hospital')
    if (event.service !== service) return dead('service')
    if (action !== 'reads' && event.action !== action) return dead('action')
  }
  return content.events
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))
  } catch {
    return undefined
  }
}
