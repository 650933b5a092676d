import { type Call, isDone, type Shown, WRITES } from '../work/history.ts'

/** What became of the writes. */
export interface WriteFindings {
  acknowledged: number
  losses: string[]
  doubles: string[]
}

/**
 * Holds what was acknowledged against what is there: every write that was answered 2xx is there, once,
 * as the newest answer showed it; no two writes took the same version of a record; nobody was shown
 * an older version than before.
 */
export function checkWrites(history: readonly Call[], found: readonly Shown[]): WriteFindings {
  const writes = history.filter((call) => WRITES.has(call.operation) && isDone(call))
  const byId = new Map(found.map((record) => [record.id, record]))
  const losses: string[] = []
  for (const { operation, shown } of writes) {
    if (!shown) losses.push(`${operation} was answered without a record`)
    else losses.push(...lossOf(operation, shown, byId.get(shown.id)))
  }
  losses.push(...goneBack(history))
  const doubles = [...doubleMarks(found), ...sharedVersions(writes), ...severalIds(writes)]
  return { acknowledged: writes.length, losses, doubles }
}

function lossOf(operation: string, shown: Shown, now: Shown | undefined): string[] {
  const name = `${operation}: ${shown.type} ${shown.mark}`
  if (!now) return [`${name} is not there`]
  if (now.version < shown.version)
    return [`${name}: version ${shown.version} was answered, ${now.version} is there`]
  if (now.version === shown.version && now.value !== shown.value)
    return [`${name}: "${shown.value}" was answered, "${now.value}" is there`]
  return []
}

/** Each record has one person who works on it, one thing after the other. */
function goneBack(history: readonly Call[]): string[] {
  const newest = new Map<string, number>()
  const problems: string[] = []
  for (const { shown, isReplay, operation } of history) {
    if (!shown || isReplay) continue
    const before = newest.get(shown.id) ?? 0
    if (shown.version < before)
      problems.push(
        `${operation}: ${shown.mark} was shown in version ${shown.version} after ${before}`,
      )
    newest.set(shown.id, Math.max(before, shown.version))
  }
  return problems
}

function doubleMarks(found: readonly Shown[]): string[] {
  const marked = Map.groupBy(found, ({ type, mark }) => `${type} ${mark}`)
  return [...marked]
    .filter(([, records]) => records.length > 1)
    .map(([name, { length }]) => `${name} is there ${length} times`)
}

function sharedVersions(writes: readonly Call[]): string[] {
  const made = writes.filter(({ shown, isReplay }) => shown && !isReplay)
  const byVersion = Map.groupBy(made, ({ shown }) => `${shown?.mark} version ${shown?.version}`)
  return [...byVersion]
    .filter(([, calls]) => calls.length > 1)
    .map(([name, { length }]) => `${name} was made by ${length} writes`)
}

function severalIds(writes: readonly Call[]): string[] {
  const byMark = Map.groupBy(writes, ({ shown }) => `${shown?.type} ${shown?.mark}`)
  return [...byMark]
    .filter(([, calls]) => new Set(calls.map(({ shown }) => shown?.id)).size > 1)
    .map(([name]) => `${name} was answered with several ids`)
}
