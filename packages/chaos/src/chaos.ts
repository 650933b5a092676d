import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { KINDS, kindsNamed } from './faults/kinds.ts'
import { inSeconds } from './faults/nemesis.ts'
import { isKept, reportOf } from './report.ts'
import { run } from './run.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    minutes: { type: 'string', default: '3' },
    people: { type: 'string', default: '6' },
    pause: { type: 'string', default: '200' },
    faults: { type: 'string' },
  },
})
const [seed, minutes, people, pause] = [
  values.seed,
  values.minutes,
  values.people,
  values.pause,
].map(Number) as [number, number, number, number]
if (![seed, minutes, people, pause].every((each) => each >= 0)) {
  const names = KINDS.map(({ name }) => name).join(',')
  console.error(
    `Usage: pnpm chaos [--seed <number>] [--minutes <number>] [--people <number>] [--pause <ms>] [--faults ${names}]`,
  )
  process.exit(2)
}

const stopping = new AbortController()
// Again and again: whoever is impatient must not keep the cluster from being stopped.
for (const event of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) {
  process.on(event, () => stopping.abort(new Error('stopped')))
}
process.on('uncaughtException', (error) => stopping.abort(error))

const data = mkdtempSync(join(tmpdir(), 'wardstone-chaos-'))
console.log(`Chaos with seed ${seed} for ${minutes} minutes in ${data}`)
const findings = await run({
  seed,
  length: minutes * 60_000,
  people,
  pause,
  kinds: values.faults ? kindsNamed(values.faults.split(',')) : KINDS,
  data,
  say: (line) => console.log(`${inSeconds(performance.now())}  ${line.trim()}`),
  // biome-ignore lint/style/noProcessEnv: a program of its own
  env: process.env,
  signal: stopping.signal,
}).catch((error) => {
  console.error(`Chaos with seed ${seed} could not be made:`, error)
  process.exit(2)
})
console.log(reportOf(findings))
const kept = isKept(findings)
const { history, wounds } = findings.observations
if (!kept) writeFileSync(join(data, 'history.json'), JSON.stringify({ wounds, history }))
if (kept) rmSync(data, { recursive: true, force: true })
console.log(
  kept
    ? `\nEvery promise was kept (seed ${seed}).`
    : `\nPromises were BROKEN: pnpm chaos --seed ${seed} --minutes ${minutes}; the history and the logs are in ${data}`,
)
process.exit(kept ? 0 : 1)
