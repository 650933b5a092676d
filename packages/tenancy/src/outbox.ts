import {
  type AuditEvent,
  auditSubject,
  type DomainEventType,
  domainSubject,
  PLATFORM_HOSPITAL_ID,
} from '@wardstone/contracts'
import { type Generated, type RawBuilder, sql } from 'kysely'
import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { queryInHospital } from './hospital-query.ts'
import { asProblem, giveBack, type PipelinedClient } from './pool.ts'
import { statementName } from './statement-names.ts'

/** The rows that wait for the relay. A row's `id` is the message's `Nats-Msg-Id`. */
export interface OutboxTable {
  hospital_id: string
  id: string
  subject: string
  payload: string
  created_at: Generated<string>
  published_at: Generated<string | null>
  stream: Generated<string | null>
  stream_seq: Generated<string | null>
}

/** A message for NATS: `payload` is sent as JSON. */
export interface OutboxEvent {
  /** null: the platform's own */
  hospital_id: string | null
  id: string
  subject: string
  payload: object
}

/** The message of one audit event. */
export function auditMessage(event: AuditEvent): OutboxEvent {
  return {
    hospital_id: event.hospital_id,
    id: event.id,
    subject: auditSubject(event.hospital_id, event.service, event.action),
    payload: { events: [event] },
  }
}

/** The message of one domain event of `service`. */
export function domainEvent(
  service: string,
  hospitalId: string | null,
  type: DomainEventType,
  payload: object,
): OutboxEvent {
  return {
    hospital_id: hospitalId,
    id: uuidv7(),
    subject: domainSubject(hospitalId, service, type),
    payload,
  }
}

/**
 * The body of a CTE that puts messages into the outbox if, and only if, the CTE `change` returned a
 * row: no change, no event; one statement, one transaction. Where the audit cannot know the names of
 * the changed fields before the change, `change.changed_fields` (text[]) says them; `told` are columns
 * of the changed row that domain events tell, such as its new version.
 *
 * ```ts
 * db.with('change', (qb) => qb.updateTable('patient')…returningAll())
 *   .with('sent', () => outboxRows('change', [auditMessage(event)]))
 *   .selectFrom('change').selectAll()
 * ```
 */
export function outboxRows(
  change: string,
  events: readonly (AuditEvent | OutboxEvent)[],
  { changedFields = false, told = [] }: OutboxOptions = {},
): RawBuilder<Record<never, never>> {
  const rows = events.map((event) => ('subject' in event ? event : auditMessage(event)))
  const audited = changedFields
    ? sql`jsonb_set(message.payload::jsonb, '{events,0,changed_fields}', to_jsonb(change.changed_fields))::text`
    : sql`message.payload`
  const payload =
    changedFields || told.length > 0
      ? sql`case when message.payload::jsonb ? 'events' then ${audited} else ${withColumns(told)} end`
      : sql`message.payload`
  return sql`(insert into outbox (hospital_id, id, subject, payload)
    select message.hospital_id, message.id, message.subject, ${payload}
    from ${sql.table(change)} as change, ${messages(rows)})`
}

interface OutboxOptions {
  changedFields?: boolean
  told?: readonly string[]
}

function withColumns(columns: readonly string[]) {
  if (columns.length === 0) return sql`message.payload`
  const pairs = columns.map((column) => sql`${sql.lit(column)}, ${sql.ref(`change.${column}`)}`)
  return sql`(message.payload::jsonb || jsonb_build_object(${sql.join(pairs)}))::text`
}

function messages(rows: readonly OutboxEvent[]) {
  const [hospitals, ids, subjects, payloads] = columns(rows)
  return sql`unnest(${hospitals}::uuid[], ${ids}::uuid[], ${subjects}::text[], ${payloads}::text[])
    as message(hospital_id, id, subject, payload)`
}

function columns(rows: readonly OutboxEvent[]) {
  return [
    rows.map((row) => row.hospital_id ?? PLATFORM_HOSPITAL_ID),
    rows.map((row) => row.id),
    rows.map((row) => row.subject),
    rows.map((row) => JSON.stringify(row.payload)),
  ] as const
}

const INSERT = `insert into outbox (hospital_id, id, subject, payload)
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])`

/** Commits messages of several hospitals in one transaction and one round trip, each inserted inside its hospital. */
export async function writeOutbox(pool: pg.Pool, events: readonly OutboxEvent[]): Promise<void> {
  const byHospital = Map.groupBy(events, (event) => event.hospital_id ?? PLATFORM_HOSPITAL_ID)
  const name = statementName(INSERT)
  const insert = (client: pg.ClientBase, hospitalId: string, rows: readonly OutboxEvent[]) =>
    queryInHospital(
      client,
      { hospitalId, readOnly: false },
      { ...(name && { name }), text: INSERT, values: [...columns(rows)] },
    )
  try {
    const client = (await pool.connect()) as PipelinedClient
    const { stream } = client.connection
    const isAlone = byHospital.size === 1
    stream.cork()
    const began = isAlone ? [] : [client.query('begin')]
    const inserted = [...byHospital].map(([hospitalId, rows]) => insert(client, hospitalId, rows))
    const committed = isAlone ? [] : [client.query('commit')]
    stream.uncork()
    const results = await Promise.allSettled([...began, ...inserted, ...committed])
    const failed = results.find((result) => result.status === 'rejected')
    giveBack(client, failed?.reason)
    if (failed) throw failed.reason
    const [commit] = committed
    if (commit && (await commit).command !== 'COMMIT')
      throw new Error('The events were rolled back.')
  } catch (error) {
    throw asProblem(error)
  }
}
