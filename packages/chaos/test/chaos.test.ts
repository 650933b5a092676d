import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'

const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
const PROGRAM = resolve(import.meta.dirname, '../src/chaos.ts')
/** One of each way to fail that no other test tries on a whole cluster. */
const FAULTS = [
  'kill -9',
  'SIGSTOP',
  'kill -9 a backend',
  'lose JetStream',
  'full stream',
  'lost answers',
  'cut link',
]

/** The share of the fault suite that fits into the run of all tests: few people, who take their time. */
t.test('a cluster in which things go wrong keeps its promises', async (t) => {
  const args = ['--seed', '6', '--minutes', '0.3', '--people', '3', '--pause', '500']
  // Over the channel it learns that we are gone, and takes its cluster with it.
  const chaos = spawn(process.execPath, [PROGRAM, ...args, '--faults', FAULTS.join()], {
    env: { PATH, HOME, ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const [output, errors, [code]] = await Promise.all([
    text(chaos.stdout as Readable),
    text(chaos.stderr as Readable),
    once(chaos, 'exit'),
  ])
  const report = `${output}\n${errors}`
  t.equal(code, 0, report)
  t.match(output, /^losses {11}0$/m)
  t.match(output, /^doubles {10}0$/m)
  const faults = /^faults .*$/m.exec(output)?.[0] ?? ''
  for (const name of FAULTS) t.match(faults, `× ${name}`)
})
