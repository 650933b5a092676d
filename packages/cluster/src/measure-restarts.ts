import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SERVICE_NAMES } from '@wardstone/contracts'
import { readClusterFile } from './cluster-file.ts'
import { dataFolderIn } from './config.ts'
import { restart } from './restarts/restart.ts'
import { SteadyLoad } from './restarts/steady-load.ts'

/** Restarts every process of the running cluster in turn, under a steady load, and tells what failed. */
const { values } = parseArgs({ options: { rate: { type: 'string', default: '200' } } })
// biome-ignore lint/style/noProcessEnv: a program of its own
const data = dataFolderIn(process.env)
const url = readClusterFile(data)?.gateway?.url
if (!url) {
  console.error('No cluster runs here: start one with WARDSTONE_RATE_LIMIT=off npm start')
  process.exit(2)
}

const load = await SteadyLoad.start(url, Number(values.rate))
await sleep(2000)
load.take()
let failed = 0
console.log('process       gone  successor  requests  failed  p50 ms  p99 ms  longest ms')
for (const name of ['gateway', ...SERVICE_NAMES]) {
  const { gone, succeeded } = await restart(data, name)
  await sleep(1000)
  const { requests, failures, times } = load.take()
  const at = (share: number) => (times[Math.floor((times.length - 1) * share)] ?? 0).toFixed(0)
  const cells = [gone, succeeded, requests, failures.length, at(0.5), at(0.99), at(1)]
  const widths = [7, 11, 10, 8, 8, 8, 12]
  console.log(
    name.padEnd(11) + cells.map((cell, i) => String(cell).padStart(widths[i] ?? 0)).join(''),
  )
  for (const failure of failures.slice(0, 5)) console.log(`  ${failure}`)
  failed += failures.length
}
await load.stop()
failed += load.take().failures.length
console.log(`${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
