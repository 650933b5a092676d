import { killBackend, terminateBackends } from './database.ts'
import type { FaultKind } from './fault.ts'
import { cutLink, lossyLink, lostAnswers, slowLink, stalledLink } from './network.ts'
import { immediateShutdown, kill, restart, stop } from './processes.ts'
import { fillStream, loseStreams } from './streams.ts'

/** Everything that can go wrong. */
export const KINDS: readonly FaultKind[] = [
  kill,
  stop,
  restart,
  immediateShutdown,
  killBackend,
  terminateBackends,
  loseStreams,
  fillStream,
  slowLink,
  stalledLink,
  lossyLink,
  lostAnswers,
  cutLink,
]

/** The kinds of these names. */
export function kindsNamed(names: readonly string[]): FaultKind[] {
  return names.map((name) => {
    const kind = KINDS.find((each) => each.name === name)
    if (!kind) throw new Error(`No fault is called ${name}.`)
    return kind
  })
}
