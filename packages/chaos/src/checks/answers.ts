import type { Call, Operation } from '../work/history.ts'

/** When something was wrong, by the clock of the run. */
export interface Outage {
  from: number
  /** When all parts were ready again. */
  until: number
}

/** After it nobody may notice anything. */
const GRACE_MS = 5_000
/** What says: not now. The gateway's words for a service that broke off or is too late are two of them. */
const NOT_NOW = new Set([502, 503, 504])

/** The answers other than 2xx that are right when nothing is wrong. */
const USUAL: Partial<Record<Operation, readonly (number | string)[]>> = {
  'create patient': ['idempotency_in_progress'],
  // Changed while nobody knew, or after they had looked.
  'update patient': [412],
  'deactivate patient': [412],
  'reactivate patient': [412],
  // What the clinic has last heard of a patient may be of before they came back.
  'book appointment': ['idempotency_in_progress', 'patient_inactive'],
  'move appointment': [412, 'patient_inactive'],
  'cancel appointment': [412],
  'open department': ['idempotency_in_progress'],
  'update department': [412],
  'read unknown patient': [404],
  'read audit without permission': [403],
  'name another hospital': [403],
}

/** Must not be answered 2xx. */
const REFUSED: ReadonlySet<Operation> = new Set([
  'read unknown patient',
  'read audit without permission',
  'name another hospital',
])

/** Finds answers that nobody should get: wrong ones at any time, none or "not now" when nothing is wrong. */
export function checkAnswers(history: readonly Call[], outages: readonly Outage[]): string[] {
  return history.flatMap((call) => {
    const { status, operation, code } = call
    const name = `${operation} at ${(call.from / 1000).toFixed(1)} s: ${status ?? 'no answer'} ${code ?? ''}`
    if (status === undefined || NOT_NOW.has(status))
      return isDuring(call, outages) ? [] : [`${name}, though nothing was wrong`]
    const isUsual = USUAL[operation]?.some((usual) => usual === status || usual === code)
    const isWrong = status < 300 ? REFUSED.has(operation) : !isUsual
    return isWrong ? [name] : []
  })
}

/** Finds rows of another hospital. */
export function checkForeign(history: readonly Call[]): string[] {
  return history
    .filter(({ foreign }) => foreign.length > 0)
    .map(({ operation, foreign }) => `${operation} showed ${foreign.join(', ')}`)
}

function isDuring({ from, until }: Call, outages: readonly Outage[]): boolean {
  return outages.some((outage) => from <= outage.until + GRACE_MS && until >= outage.from)
}
