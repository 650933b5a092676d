import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { BoundSocket } from 'node:net'
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

function isDraining(said: unknown): boolean {
  return (said as { type?: string }).type === 'draining'
}

function answerOf(port: number, agent: Agent): Promise<IncomingMessage> {
  const path = '/api/slow'
  const headers = testIdentity(
    { role: 'anonymous' },
    { service: 'patient', method: 'GET', url: path },
  )
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent, headers }, (answer) => {
      answer.resume().once('end', () => resolve(answer))
    })
      .once('error', reject)
      .end()
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
    child.on('message', (said) => {
      if (isDraining(said)) child.send({ type: 'relieved', successor: false })
    })
    child.kill(signal)
    await drained(t, child, answers)
  })
}

t.test('SIGTERM with a successor: who is connected goes over, nobody is refused', async (t) => {
  const socket = new BoundSocket({ host: '127.0.0.1' })
  t.teardown(() => socket.close())
  const { port } = socket.address()
  const start = async () => {
    const child = fork(PROGRAM, {
      env: { LISTEN_FDS: '1' },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', socket.fd(), 'ipc'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    await once(child, 'message')
    return child
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 3 })
  t.teardown(() => agent.destroy())
  const ask = () => answerOf(port, agent)

  const old = await start()
  t.equal((await ask()).headers.connection, 'keep-alive')
  // Before the old one is told: on a busy machine it might not wait for so long.
  const successor = await start()
  const draining = new Promise<void>((resolve) => {
    old.on('message', (said) => isDraining(said) && resolve())
  })
  const exited = once(old, 'exit')
  old.kill('SIGTERM')
  await draining
  const reused = await ask()
  t.same([reused.statusCode, reused.headers.connection], [200, 'close'], 'still served')
  await Promise.all([ask(), ask(), ask()])
  if (old.connected) old.send({ type: 'relieved', successor: true })
  const answers: IncomingMessage[] = []
  while (old.exitCode === null) answers.push(await ask())
  t.same(await exited, [0, null])
  t.ok(answers.length > 0)
  t.ok(answers.every(({ statusCode }) => statusCode === 200))

  successor.kill('SIGKILL')
  await once(successor, 'exit')
  const waiting = ask()
  await start()
  t.equal((await waiting).statusCode, 200, 'who comes while nobody is there waits')
})

t.test('the death of its parent drains it too', async (t) => {
  const { child, answers } = await busy(t)
  child.disconnect()
  await drained(t, child, answers)
})
