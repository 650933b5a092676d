import { fork } from 'node:child_process'
import { testServers } from '@wardstone/cluster/testing'
import type { ProbeName } from './probes.ts'

/** One run of a probe, with or without a change to the source. */
export interface Attempt {
  probe: ProbeName
  alone?: true
  file?: string
  find?: string
  /** Of the regular expression that `find` is the source of; a text when absent. */
  flags?: string
  replace?: string
}

/** What came of an attempt: what the probe saw, or why it could not look. */
export type Outcome = { violations: string[] } | { crash: string }

const PATIENCE_MS = 180_000

/** Runs an attempt in a process of its own. */
export async function run(attempt: Attempt): Promise<Outcome> {
  const { adminUrl, natsUrl } = await testServers()
  const child = fork(new URL('attempt.ts', import.meta.url), [JSON.stringify(attempt)], {
    env: {
      // biome-ignore lint/style/noProcessEnv: a program of its own, on the servers of this one
      ...process.env,
      WARDSTONE_TEST_POSTGRES_URL: adminUrl,
      WARDSTONE_TEST_NATS_URL: natsUrl,
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  })
  let errors = ''
  child.stderr?.on('data', (chunk) => {
    errors += chunk
  })
  return new Promise((resolve) => {
    child.once('message', (violations: string[]) => resolve({ violations }))
    child.once('close', (code) => resolve({ crash: `${code ?? 'killed'}: ${lastLines(errors)}` }))
  })
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join(' | ').slice(0, 600)
}
