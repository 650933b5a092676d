import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { eventually, startGateway, type TestGateway } from './helper.ts'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

interface Listening {
  type: 'listening'
  port: number
  metrics_port?: number
}

/** A gateway of its own process, with the services and keys of `gateway`. */
async function start(
  t: { teardown: (clean: () => unknown) => unknown },
  { config }: TestGateway,
  changes: Record<string, string> = {},
): Promise<Listening & { child: ChildProcess }> {
  const env = Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, String(value)]),
  )
  const child = fork(MAIN, {
    env: { ...env, PORT: '0', ...changes },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [message] = (await once(child, 'message')) as [Listening]
  return { ...message, child }
}

t.test('requests under way when SIGTERM comes are answered, then the process ends', async (t) => {
  const gateway = await startGateway(t)
  const { port, metrics_port, child } = await start(t, gateway, {
    SPOOL_FOLDER: `${gateway.config.SPOOL_FOLDER}-2`,
    METRICS_PORT: '0',
  })
  const url = `http://127.0.0.1:${port}/api/patients`
  const ask = () => fetch(url, { headers: gateway.signer.bearer() })
  await eventually(async () => (await ask()).status === 200)
  const metrics = await (await fetch(`http://127.0.0.1:${metrics_port}/metrics`)).text()
  t.match(metrics, 'http_request_duration_seconds')
  t.notMatch(metrics, 'limit=')

  let arrived = 0
  gateway.upstreams.patient.answers.set('/api/patients', (_request, raw) => {
    arrived += 1
    setTimeout(() => raw.writeHead(200, { 'content-length': '2' }).end('{}'), 500)
    return undefined
  })
  const asking = Array.from({ length: 20 }, ask)
  await eventually(() => arrived === 20)
  const exit = once(child, 'exit')
  child.on('message', () => child.send({ type: 'relieved', successor: false }))
  const killed = Date.now()
  child.kill('SIGTERM')
  for (const answer of await Promise.all(asking)) {
    t.equal(answer.status, 200)
    t.equal(answer.headers.get('connection'), 'close')
  }
  const [code] = await exit
  t.equal(code, 0)
  t.ok(Date.now() - killed < 5000)
})

t.test('a parent that dies takes its gateway along', async (t) => {
  const gateway = await startGateway(t)
  const { child } = await start(t, gateway, { SPOOL_FOLDER: `${gateway.config.SPOOL_FOLDER}-2` })
  child.disconnect()
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
})

t.test('a wrong environment stops the start with one sentence', async (t) => {
  const gateway = await startGateway(t)
  for (const [name, value] of [
    ['IDENTITY_KEY_PATIENT', 'short-secret'],
    ['AUTH_URL', ''],
    ['TRUST_PROXY', 'everybody'],
  ] as const) {
    const env = Object.fromEntries(
      Object.entries(gateway.config).map(([key, it]) => [key, String(it)]),
    )
    const child = fork(MAIN, {
      env: { ...env, PORT: '0', [name]: value },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors += chunk
    })
    const started = once(child, 'message').then(() => child.kill('SIGKILL'))
    const [code] = await Promise.race([once(child, 'close'), started.then(() => ['started'])])
    t.equal(code, 1, name)
    t.match(errors, name)
    t.notMatch(errors, 'short-secret')
  }
})
