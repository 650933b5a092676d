import type { Recorded } from '../stage/inspection.ts'
import { type Call, isDone, type Operation, type Shown } from '../work/history.ts'

/** What the audit has of the run. */
export interface AuditFindings {
  expected: number
  missing: string[]
  doubles: string[]
}

/** What an answer 2xx of each operation is on record as; an answer that was shown again also as the second. */
const ACTIONS: Partial<Record<Operation, readonly string[]>> = {
  'sign in': ['auth.login'],
  'sign out': ['auth.logout'],
  'create patient': ['patient.created'],
  'read patient': ['patient.read'],
  'update patient': ['patient.updated'],
  'deactivate patient': ['patient.deactivated'],
  'reactivate patient': ['patient.reactivated'],
  'list patients': ['patient.listed'],
  'search patients': ['patient.searched'],
  'count patients': ['patient.stats_read'],
  'book appointment': ['appointment.created', 'appointment.read'],
  'read appointment': ['appointment.read'],
  'move appointment': ['appointment.moved'],
  'cancel appointment': ['appointment.cancelled'],
  'list appointments': ['appointment.listed'],
  'open department': ['department.created'],
  'update department': ['department.updated'],
}

/** Shows no patient: nobody has to know who looked. */
const UNRECORDED: ReadonlySet<Operation> = new Set(['read department'])
const REFUSALS = new Set([403, 404, 409, 412])
const CHANGES =
  /^(patient|appointment|department)\.(created|updated|moved|deactivated|reactivated|status_changed|cancelled)$/

/**
 * Holds what was answered against what is on record: each answer 2xx and each refusal has exactly one
 * event, of its hospital and of its kind; nothing else has more than one; and each record has as many
 * events as it has versions, so that also what nobody was told of is on record.
 */
export function checkAudit(
  history: readonly Call[],
  found: readonly Shown[],
  events: readonly Recorded[],
): AuditFindings {
  const byRequest = Map.groupBy(events, ({ request_id }) => request_id)
  const due = history.filter(
    (call) => !UNRECORDED.has(call.operation) && (isDone(call) || REFUSALS.has(call.status ?? 0)),
  )
  const changes = checkChanges(found, events)
  return {
    expected: due.length,
    missing: [
      ...due.flatMap((call) => missingOf(call, byRequest.get(call.request_id ?? ''))),
      ...changes.missing,
    ],
    doubles: [...doublesOf(byRequest), ...changes.doubles],
  }
}

function missingOf(call: Call, events: readonly Recorded[] | undefined): string[] {
  const name = `${call.operation}, answered ${call.status}, request ${call.request_id}`
  const [event] = events ?? []
  if (!event) return [`${name}: no event`]
  if (event.hospital_id !== call.hospital_id) return [`${name}: in another hospital's chain`]
  const wanted = isDone(call) ? ACTIONS[call.operation] : undefined
  return wanted && !wanted.includes(event.action) ? [`${name}: recorded as ${event.action}`] : []
}

function doublesOf(byRequest: ReadonlyMap<string, readonly Recorded[]>): string[] {
  return [...byRequest]
    .filter(([, events]) => events.length > 1)
    .map(([id, events]) => `request ${id}: ${events.map(({ action }) => action).join(', ')}`)
}

function checkChanges(found: readonly Shown[], events: readonly Recorded[]) {
  const changes = events.filter(
    (event) => event.outcome === 'success' && CHANGES.test(event.action),
  )
  const byRecord = Map.groupBy(changes, ({ entity_id }) => entity_id)
  const missing: string[] = []
  const doubles: string[] = []
  for (const { id, type, mark, version } of found) {
    const told = byRecord.get(id)?.length ?? 0
    const words = `${type} ${mark}: version ${version}, ${told} events of changes`
    if (told < version) missing.push(words)
    if (told > version) doubles.push(words)
  }
  return { missing, doubles }
}
