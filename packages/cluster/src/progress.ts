import type { Logger } from '@wardstone/events'
import type { PartChange } from './part.ts'

const CHANGES: Record<PartChange, string> = {
  died: 'died and is restarted',
  failed: 'does not start',
  returned: 'is back',
  succeeded: 'was told to end, another took its place',
}

/** Tells the person at the terminal what happens, step by step. */
export class Progress {
  readonly #say: (line: string) => void
  /** For parts of the cluster that log: only what somebody should see. */
  readonly logger: Logger

  constructor(say: (line: string) => void) {
    this.#say = say
    this.logger = {
      info: () => undefined,
      warn: (_fields, message) => say(`  ${message}`),
      error: (_fields, message) => say(`  ${message}`),
    }
  }

  /** Does one step and says how long it took; `detail` adds a word to its line. */
  async step<T>(name: string, work: (detail: (text: string) => void) => Promise<T>): Promise<T> {
    const started = performance.now()
    let detail = ''
    const result = await work((text) => {
      detail = `  ${text}`
    })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    this.#say(`  ${name.padEnd(18)} ${seconds.padStart(5)} s${detail}`)
    return result
  }

  /** A part died, did not start, came back, or was replaced. */
  change(part: string, change: PartChange, reason?: string) {
    this.#say(`  ${reason ?? `${part} ${CHANGES[change]}`}`)
  }
}
