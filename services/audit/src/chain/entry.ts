import { type AuditEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { canonicalJson } from './canonical.ts'
import { entryHash } from './hash.ts'

/** One row of a chain, as it is stored. */
export interface ChainEntry {
  readonly hospital_id: string
  readonly seq: number
  readonly event_id: string
  readonly occurred_at: string
  readonly happened_at: string
  readonly action: AuditEvent['action']
  readonly outcome: AuditEvent['outcome']
  readonly actor_id: string | null
  readonly break_glass_id: string | null
  readonly payload_canon: string
  readonly prev_hash: Buffer
  readonly hash: Buffer
}

/** An entry and the patients that it is found by, which its hash does not cover. */
export interface FoundEntry extends ChainEntry {
  readonly found_by: readonly string[]
}

/** The end of a chain. */
export interface ChainHead {
  readonly seq: number
  readonly hash: Buffer
}

/** An event as it is kept: with the time it was recorded, which the hash covers too. */
export type RecordedEvent = AuditEvent & { recorded_at: string }

/** The entry that `event` makes after `head`. */
export function nextEntry(head: ChainHead, event: AuditEvent, recordedAt: string): ChainEntry {
  const entry = {
    ...columnsOf(event),
    seq: head.seq + 1,
    payload_canon: canonicalJson({ ...event, recorded_at: recordedAt }),
    prev_hash: head.hash,
  }
  return { ...entry, hash: entryHash(entry) }
}

/** The columns that only repeat what the event says, to find it. */
export function columnsOf(event: AuditEvent) {
  return {
    hospital_id: event.hospital_id ?? PLATFORM_HOSPITAL_ID,
    event_id: event.id,
    occurred_at: event.occurred_at,
    happened_at: new Date(event.occurred_at).toISOString(),
    action: event.action,
    outcome: event.outcome,
    actor_id: event.actor.id,
    break_glass_id: event.break_glass?.id ?? null,
  }
}
