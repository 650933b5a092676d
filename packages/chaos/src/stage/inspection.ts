import { DEMO_PASSWORD, demoUsername } from '@wardstone/cluster'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import type { Shown } from '../work/history.ts'
import { PLACES, type Place } from '../work/hospitals.ts'
import { shownAppointment, shownDepartment, shownPatient } from '../work/records.ts'
import type { Stage } from './stage.ts'

/** An event as the audit has it. */
export interface Recorded {
  hospital_id: string
  request_id: string
  action: string
  outcome: string
  entity_id: string | null
}

/** What one service knows of another's patient. */
export interface Copy {
  id: string
  version: number
  is_active: boolean
}

/** What the audit says of one chain. */
export interface ChainVerdict {
  hospital_id: string
  ok: boolean
  events: number
}

// biome-ignore lint/suspicious/noExplicitAny: the answers of many routes
type Ask = (path: string) => Promise<any>

/** What is there after everything: asked for as an administrator of each hospital, and in the audit's own tables. */
export class Inspection {
  readonly #stage: Stage
  readonly #asks = new Map<string, Ask>()

  private constructor(stage: Stage) {
    this.#stage = stage
  }

  static async open(stage: Stage): Promise<Inspection> {
    const inspection = new Inspection(stage)
    for (const place of PLACES) inspection.#asks.set(place.id, await administrator(stage, place))
    return inspection
  }

  /** The doctors of each hospital, by its id. */
  async doctors(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const [id, ask] of this.#asks) {
      const { results } = await ask('/api/doctors?is_active=true&limit=100')
      found.set(
        id,
        results.map((doctor: { id: string }) => doctor.id),
      )
    }
    return found
  }

  /** Every patient and every appointment that was made since `since`. */
  async records(since: string): Promise<Shown[]> {
    const found: Shown[] = []
    for (const ask of this.#asks.values()) {
      const patients = `/api/patients?created_after=${since}&limit=100`
      for await (const row of pages(ask, patients)) found.push(shownPatient(row))
      const appointments = '/api/appointments?ordering=-created_at&limit=100'
      for await (const row of pages(ask, appointments)) {
        if (row.created_at < since) break
        found.push(shownAppointment(row))
      }
      for await (const row of pages(ask, '/api/departments?limit=100')) {
        if (row.created_at >= since) found.push(shownDepartment(row))
      }
    }
    return found
  }

  /** Every event that happened since `since`. */
  async events(since: string): Promise<Recorded[]> {
    return this.#stage.sql<Recorded>(
      'audit',
      `select hospital_id, payload->>'request_id' as request_id, action, outcome,
          payload->'entity'->>'id' as entity_id
        from (select hospital_id, seq, action, outcome, payload_canon::jsonb as payload from event
          where happened_at >= $1) as told
        order by hospital_id, seq`,
      [since],
    )
  }

  /** What the appointment service knows of patients that others own. */
  async copies(): Promise<Copy[]> {
    const text = 'select id, version, is_active from known_patient'
    return this.#stage.sql<Copy>('appointment', text)
  }

  /** Those of the tokens that somebody is let in with. */
  async letIn(tokens: readonly string[]): Promise<string[]> {
    const url = `${this.#stage.parts.gateway?.url}/api/auth/profile`
    const good: string[] = []
    for (const token of tokens) {
      const { status } = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      if (status !== 401) good.push(`a token of an ended session is answered ${status}`)
    }
    return good
  }

  /** How many messages the audit could make no sense of. */
  async deadLetters(): Promise<number> {
    const [row] = await this.#stage.sql<{ count: number }>(
      'audit',
      'select count(*)::int as count from dead_letter',
    )
    return row?.count ?? 0
  }

  /** The chain of each hospital, verified by the audit service. */
  async chains(): Promise<ChainVerdict[]> {
    const verdicts: ChainVerdict[] = []
    for (const [hospital_id, ask] of this.#asks) {
      const { ok, events } = await ask('/api/audit/verify')
      verdicts.push({ hospital_id, ok, events })
    }
    return [...verdicts, await this.#platformChain()]
  }

  /** Nobody may ask for the platform's own chain: whether its links fit is seen in the table. */
  async #platformChain(): Promise<ChainVerdict> {
    const [row] = await this.#stage.sql<{ events: number; broken: number }>(
      'audit',
      `select count(*)::int as events, count(*) filter (
          where seq <> place or (place > 1 and prev_hash <> before))::int as broken
        from (select seq, prev_hash, row_number() over w as place, lag(hash) over w as before
          from event where hospital_id = $1 window w as (order by seq)) as chain`,
      [PLATFORM_HOSPITAL_ID],
    )
    const { events = 0, broken = 1 } = row ?? {}
    return { hospital_id: PLATFORM_HOSPITAL_ID, ok: broken === 0, events }
  }
}

/** Asks past the link: what is inspected is the cluster, not the way to it. */
async function administrator(stage: Stage, place: Place): Promise<Ask> {
  const url = stage.parts.gateway?.url as string
  const body = { username: demoUsername('admin', place), password: DEMO_PASSWORD }
  const headers = { 'content-type': 'application/json' }
  const init = { method: 'POST', headers, body: JSON.stringify(body) }
  const { access_token } = await answered(await fetch(`${url}/api/auth/login`, init))
  const authorization = `Bearer ${access_token}`
  return async (path) => answered(await fetch(`${url}${path}`, { headers: { authorization } }))
}

async function answered(response: Response) {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
  return response.json() as never
}

async function* pages(ask: Ask, path: string) {
  for (let cursor = ''; ; ) {
    const { results, next_cursor } = await ask(`${path}${cursor}`)
    yield* results
    if (next_cursor === null) return
    cursor = `&cursor=${encodeURIComponent(next_cursor)}`
  }
}
