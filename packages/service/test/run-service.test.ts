import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { testIdentity } from '@wardstone/cluster/testing'
import t, { type Test } from 'tap'

const PROGRAM = fileURLToPath(new URL('fixtures/slow-service.ts', import.meta.url))

/** The process, listening, with requests under way. */
async function busy(t: Test) {
  const child = fork(PROGRAM, { env: {}, execArgv: [] })
  t.teardown(() => child.kill('SIGKILL'))
  const [message] = (await once(child, 'message')) as [{ port: number; metrics_port: number }]
  const url = '/api/slow'
  const call = () =>
    fetch(`http://127.0.0.1:${message.port}${url}`, {
      headers: testIdentity({ role: 'anonymous' }, { service: 'patient', method: 'GET', url }),
    })
  const arrived = askedTimes(child, 51)
  await call()
  const answers = Promise.all(Array.from({ length: 50 }, call))
  await arrived
  return { child, message, answers }
}

/** Resolves once the process has told of so many requests. */
function askedTimes(child: ChildProcess, count: number): Promise<void> {
  let asked = 0
  return new Promise((resolve) => {
    child.on('message', () => {
      asked += 1
      if (asked === count) resolve()
    })
  })
}

async function drained(t: Test, child: ChildProcess, answers: Promise<Response[]>) {
  const started = Date.now()
  const [[code]] = await Promise.all([once(child, 'exit') as Promise<[number]>, answers])
  t.equal(code, 0)
  t.same([...new Set((await answers).map(({ status }) => status))], [200], 'no request failed')
  t.ok(Date.now() - started < 10_000)
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal} answers what is under way, then ends`, async (t) => {
    const { child, message, answers } = await busy(t)
    t.match(message, { type: 'listening', port: Number, metrics_port: Number })
    child.kill(signal)
    await drained(t, child, answers)
  })
}

t.test('the death of its parent drains it too', async (t) => {
  const { child, answers } = await busy(t)
  child.disconnect()
  await drained(t, child, answers)
})
