import { inSeconds } from './faults/nemesis.ts'
import type { Findings } from './findings.ts'

/** The most of one kind that a person wants to read. */
const SHOWN = 12

/** What came of a run, as a person reads it. */
export function reportOf(findings: Findings): string {
  const { observations, acknowledged, expectedEvents, broken } = findings
  const { history, wounds, events, chains, memoryBefore, memoryAfter } = observations
  const count = (promise: string) => broken.get(promise)?.length ?? 0
  const losses = count('no acknowledged write is lost') + count('no event is missing')
  const doubles = count('no write is there twice') + count('no event is there twice')
  const memory = [...memoryAfter].map(([part, now]) => `${part} ${memoryBefore.get(part)}→${now}`)
  return [
    '',
    `requests         ${history.length}: ${tally(history, ({ status }) => String(status ?? 'none'))}`,
    `operations       ${tally(history, ({ operation }) => operation)}`,
    `faults           ${wounds.length}: ${tally(wounds, ({ fault }) => fault.kind)}`,
    `writes           ${acknowledged} acknowledged`,
    `events           ${events.length} in the audit, ${expectedEvents} expected for answers`,
    `chains           ${chains.map(({ events, ok }) => `${events}${ok ? '' : ' BROKEN'}`).join(', ')}`,
    `losses           ${losses}`,
    `doubles          ${doubles}`,
    `longest outage   ${longest(findings)}`,
    `slowest recovery ${slowest(findings)}`,
    `slow spells      ${observations.slowSpells.length} in which the machine had no time`,
    `memory in MB     ${memory.join(', ')}`,
    '',
    ...[...broken].flatMap(([promise, problems]) => linesOf(promise, problems)),
  ].join('\n')
}

/** True when every promise was kept, by a run in which something was tried. */
export function isKept({ broken, acknowledged, observations }: Findings): boolean {
  const wasTried = acknowledged > 0 && observations.wounds.length > 0
  return wasTried && [...broken.values()].every((problems) => problems.length === 0)
}

function linesOf(promise: string, problems: readonly string[]): string[] {
  const more = problems.length > SHOWN ? [`    … and ${problems.length - SHOWN} more`] : []
  return [
    `${problems.length === 0 ? '✓' : '✗'} ${promise}`,
    ...problems.slice(0, SHOWN).map((problem) => `    ${problem}`),
    ...more,
  ]
}

function longest({ outages, observations }: Findings): string {
  const { history } = observations
  const [worst] = outages.toSorted((a, b) => b.until - b.from - (a.until - a.from))
  if (!worst) return 'none'
  const unanswered = history.filter(({ status }) => status === undefined || status >= 500).length
  return `${inSeconds(worst.until - worst.from).trim()} from the first fault until all was ready; ${unanswered} requests unanswered or put off`
}

function slowest({ recoveries, observations }: Findings): string {
  const [worst] = recoveries.toSorted((a, b) => b.took - a.took)
  if (!worst) return 'none'
  const { fault, until } = worst.wound
  const last = observations.awayBefore(until + worst.took).join(', ')
  return `${inSeconds(worst.took).trim()} after ${fault.kind} ${fault.target}, for ${last}`
}

function tally<T>(items: readonly T[], name: (item: T) => string): string {
  return [...Map.groupBy(items, name)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([key, { length }]) => `${length} × ${key}`)
    .join(', ')
}
