import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Part } from '../src/part.ts'
import {
  findRemembered,
  isAlive,
  recordOf,
  rememberProcess,
  stopProcess,
} from '../src/processes.ts'
import { eventually, temporaryFolder } from './helper.ts'

const SLEEPER = ['-e', 'setInterval(() => {}, 1000)']
const STUBBORN = ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"]

t.test(
  'a remembered process is believed only when number, start and command line agree',
  async (t) => {
    const file = join(temporaryFolder(t), 'process.json')
    const child = spawn(process.execPath, SLEEPER)
    const exited = once(child, 'exit')
    const pid = Number(child.pid)
    rememberProcess(file, pid)
    t.match(findRemembered(file, 'setInterval'), { pid })
    t.equal(findRemembered(file, 'another program'), undefined)

    writeFileSync(file, JSON.stringify({ pid, started: 'at another time' }))
    t.equal(findRemembered(file, 'setInterval'), undefined, 'its number was given to somebody else')
    writeFileSync(file, 'half a rec')
    t.equal(findRemembered(file, 'setInterval'), undefined)
    t.notOk(existsSync(file), 'an unreadable record is thrown away')
    child.kill('SIGKILL')
    await exited
    t.equal(recordOf(pid), undefined)
  },
)

t.test('a process that does not listen is killed in the end', async (t) => {
  const child = spawn(process.execPath, STUBBORN)
  const exited = once(child, 'exit')
  const record = recordOf(Number(child.pid))
  if (!record) return t.fail('no process')
  await stopProcess(record, ['SIGTERM'], 300)
  t.notOk(isAlive(record))
  await exited
})

t.test('a part that cannot start says its last words', async (t) => {
  const folder = temporaryFolder(t)
  const dying = ['-e', "console.error('the reason'); process.exit(3)"]
  const part = partOf(folder, dying, () => new Promise(() => undefined))
  await t.rejects(part.start(), /thing does not start: the reason/)
  t.equal(part.pid, undefined)
  await part.stop()
})

t.test('a part is restarted until it is stopped', async (t) => {
  const part = partOf(temporaryFolder(t), SLEEPER)
  await part.start()
  for (let times = 0; times < 3; times++) {
    const { pid } = part
    process.kill(Number(pid), 'SIGKILL')
    t.ok(await eventually(() => part.pid !== undefined && part.pid !== pid))
  }
  const last = recordOf(Number(part.pid))
  await part.stop()
  t.notOk(last && isAlive(last))
  t.equal(part.pid, undefined)
})

function partOf(folder: string, args: string[], ready = () => sleep(100)) {
  return new Part({
    name: 'thing',
    spawn: (log) => spawn(process.execPath, args, { stdio: ['ignore', log, log] }),
    ready,
    logFile: join(folder, 'thing.log'),
    recordFile: join(folder, 'thing.json'),
    mark: 'setInterval',
    stopSignals: ['SIGTERM'],
  })
}
