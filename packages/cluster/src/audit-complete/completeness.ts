import { setTimeout as sleep } from 'node:timers/promises'
import { SERVICE_NAMES } from '@wardstone/contracts'
import pg from 'pg'
import { databaseUrlOn } from '../databases.ts'
import { answersIn, type LoggedAnswer } from './answers.ts'
import { isDue, type PermissionOf } from './due.ts'

/** Where to look. */
export interface CompletenessOptions {
  /** The superuser's URL of PostgreSQL. */
  adminUrl: string
  logFile(service: string): string
  permissions: PermissionOf
  /** How long events may still be on their way, in milliseconds. */
  patience?: number
}

/** What the services answered, held against the audit. */
export interface Completeness {
  /** Answers that have to be on record. */
  due: number
  /** Those of them that no event of their hospital tells of. */
  missing: LoggedAnswer[]
  /** What is told twice: the same of the same request. */
  doubled: { request_id: string; action: string; times: number }[]
}

const BATCH = 5000
const LOOK_MS = 500
const PATIENCE_MS = 30_000

/**
 * Compares two accounts of the same that know nothing of each other: the log that each service writes of
 * its answers, and the audit. An answer without an event, and an event told twice, are found by the
 * request's id.
 */
export async function completeness(options: CompletenessOptions): Promise<Completeness> {
  const { adminUrl, patience = PATIENCE_MS } = options
  const audit = new pg.Client({ connectionString: databaseUrlOn(adminUrl, 'audit') })
  await audit.connect()
  try {
    await audit.query(
      `create temporary table due (request_id uuid, hospital_id uuid, service text, method text,
        route text, status int)`,
    )
    const due = await copyDue(audit, options)
    const until = Date.now() + patience
    for (;;) {
      const missing = await missingIn(audit)
      if (missing.length === 0 || Date.now() > until)
        return { due, missing, doubled: await doubledIn(audit) }
      await sleep(LOOK_MS)
    }
  } finally {
    await audit.end()
  }
}

async function copyDue(
  audit: pg.Client,
  { logFile, permissions }: CompletenessOptions,
): Promise<number> {
  let count = 0
  let batch: LoggedAnswer[] = []
  const flush = async () => {
    await audit.query('insert into due select * from json_populate_recordset(null::due, $1)', [
      JSON.stringify(batch),
    ])
    count += batch.length
    batch = []
  }
  for (const service of SERVICE_NAMES) {
    for await (const answer of answersIn(service, logFile(service))) {
      if (isDue(answer, permissions)) batch.push(answer)
      if (batch.length === BATCH) await flush()
    }
  }
  await flush()
  return count
}

async function missingIn(audit: pg.Client): Promise<LoggedAnswer[]> {
  const { rows } = await audit.query<LoggedAnswer>(
    `with told as (select hospital_id, (payload_canon::json->>'request_id')::uuid as request_id from event)
     select * from due where not exists (
       select from told where told.request_id = due.request_id
         and (due.hospital_id is null or told.hospital_id = due.hospital_id))
     limit 1000`,
  )
  return rows
}

async function doubledIn(audit: pg.Client): Promise<Completeness['doubled']> {
  const { rows } = await audit.query(
    `select payload->>'request_id' as request_id, action, count(*)::int as times
     from (select hospital_id, action, outcome, payload_canon::jsonb as payload from event) as told
     where (payload->>'request_id')::uuid in (select request_id from due)
     group by hospital_id, payload->>'request_id', action, outcome, payload->'entity',
       payload->'patient_ids', payload->'changed_fields'
     having count(*) > 1 limit 1000`,
  )
  return rows
}
