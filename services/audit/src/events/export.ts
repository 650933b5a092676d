import { csvRecord } from '@wardstone/service'
import type { ChainEntry, RecordedEvent } from '../chain/entry.ts'

export type ExportFormat = 'csv' | 'ndjson'

/** What the hash of an entry covers, and the hash: what a verifier needs, and all it needs. */
const COVERED = [
  ...['hospital_id', 'seq', 'event_id', 'occurred_at', 'payload_canon', 'prev_hash', 'hash'],
] as readonly (keyof ChainEntry)[]

const COLUMNS: Readonly<Record<string, (event: RecordedEvent) => unknown>> = {
  occurred_at: (event) => event.occurred_at,
  recorded_at: (event) => event.recorded_at,
  service: (event) => event.service,
  action: (event) => event.action,
  outcome: (event) => event.outcome,
  reason: (event) => event.reason,
  actor_id: ({ actor }) => actor.id,
  actor_username: ({ actor }) => actor.username,
  actor_role: ({ actor }) => actor.role,
  session_id: ({ actor }) => actor.session_id,
  ip: ({ actor }) => actor.ip,
  user_agent: ({ actor }) => actor.user_agent,
  entity_type: ({ entity }) => entity?.type,
  entity_id: ({ entity }) => entity?.id,
  patient_ids: (event) => event.patient_ids?.join(' '),
  changed_fields: (event) => event.changed_fields?.join(' '),
  break_glass_id: (event) => event.break_glass?.id,
  break_glass_reason_code: (event) => event.break_glass?.reason_code,
  request_id: (event) => event.request_id,
}

/** Pages of a chain as text; no more than one of them is in memory, and a client that goes away ends it. */
export async function* exportLines(
  pages: AsyncIterable<readonly ChainEntry[]>,
  format: ExportFormat,
): AsyncGenerator<string> {
  const lineOf = format === 'csv' ? csvLine : ndjsonLine
  let head = format === 'csv' ? csvRecord(['seq', ...Object.keys(COLUMNS), 'event_id', 'hash']) : ''
  for await (const page of pages) {
    yield head + page.map(lineOf).join('')
    head = ''
  }
  if (head !== '') yield head
}

function ndjsonLine(entry: ChainEntry): string {
  const text = (value: unknown) => (Buffer.isBuffer(value) ? value.toString('hex') : value)
  return `${JSON.stringify(Object.fromEntries(COVERED.map((name) => [name, text(entry[name])])))}\n`
}

function csvLine({ seq, event_id, payload_canon, hash }: ChainEntry): string {
  const event = JSON.parse(payload_canon) as RecordedEvent
  const values = Object.values(COLUMNS).map((value) => value(event))
  return csvRecord([seq, ...values, event_id, hash.toString('hex')])
}
