import t, { type Test } from 'tap'
import { TokenBuckets } from '../src/token-buckets.ts'
import { Turns } from '../src/turns.ts'
import { CITY, eventually, RIVERSIDE, startGateway } from './helper.ts'

t.test('tokens run out, and come back with time', async (t) => {
  const buckets = new TokenBuckets({ burst: 3, perSecond: 2 })
  const take = (key: string, now: number) => buckets.take(key, now)
  t.strictSame([take('a', 0), take('a', 0), take('a', 0)], [0, 0, 0])
  t.equal(take('a', 0), 0.5, 'half a second to wait')
  t.equal(take('b', 0), 0, 'others are not touched')
  t.equal(take('a', 500), 0)
  t.equal(take('a', 500), 0.5)
  t.strictSame(
    [take('a', 60_000), take('a', 60_000), take('a', 60_000), take('a', 60_000)],
    [0, 0, 0, 0.5],
  )
})

t.test(
  'turns: beyond its share a key waits for itself, and beyond the line it is sent away',
  async (t) => {
    const turns = new Turns({ active: 2, waiting: 1 })
    const started: string[] = []
    const take = (key: string, name: string) => turns.take(key, () => started.push(name))
    const first = take('a', 'a1')
    take('a', 'a2')
    const third = take('a', 'a3')
    t.strictSame(started, ['a1', 'a2'])
    t.equal(take('a', 'a4'), undefined, 'the line is full')
    take('b', 'b1')
    t.strictSame(started, ['a1', 'a2', 'b1'], 'others do not wait')
    third?.()
    const fifth = take('a', 'a5')
    first?.()
    t.strictSame(started, ['a1', 'a2', 'b1', 'a5'], 'who left the line is not called')
    fifth?.()
    take('a', 'a6')
    t.equal(started.at(-1), 'a6')
  },
)

t.test('public routes are limited by address, whatever X-Forwarded-For says', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on' })
  stopTheClock(t)
  const login = (index: number) =>
    gateway.post('/api/auth/login', {}, { 'x-forwarded-for': `10.0.${index >> 8}.${index & 255}` })
  const answers = await Promise.all(Array.from({ length: 400 }, (_, index) => login(index)))
  const refused = answers.filter(({ status }) => status === 429)
  t.ok(refused.length > 0 && refused.length <= 100, `${refused.length} of 400 were refused`)
  const [answer] = refused
  t.match(await answer?.json(), { code: 'too_many_requests', status: 429 })
  t.ok(Number(answer?.headers.get('retry-after')) >= 1)
  t.equal(answer?.headers.get('ratelimit-limit'), '300')
  t.equal(answer?.headers.get('ratelimit-remaining'), '0')
  t.ok(answer?.headers.get('ratelimit-reset'))
  t.equal(
    (await gateway.get('/api/patients', gateway.signer.bearer())).status,
    200,
    'who is signed in works on',
  )
})

t.test('behind a trusted proxy each client has its own limit', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on', TRUST_PROXY: '127.0.0.0/8, ::1' })
  const answers = await Promise.all(
    Array.from({ length: 400 }, (_, index) =>
      gateway.post(
        '/api/auth/login',
        {},
        { 'x-forwarded-for': `198.51.${index >> 8}.${index & 255}` },
      ),
    ),
  )
  t.ok(answers.every(({ status }) => status === 200))
  const { authorization = '' } = gateway.upstreams.auth.last.headers
  const [, payload = ''] = authorization.split('.')
  t.match(JSON.parse(Buffer.from(payload, 'base64url').toString()), { ip: /^198\.51\./ })
})

t.test('refused tokens are limited by address too', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on' })
  stopTheClock(t)
  const statuses = new Set<number>()
  for (let round = 0; round < 8; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        gateway.app.inject({ url: '/api/patients', headers: { authorization: 'Bearer a.b.c' } }),
      ),
    )
    for (const { statusCode } of answers) statuses.add(statusCode)
  }
  t.strictSame([...statuses].sort(), [401, 429])
})

t.test('a user who is in a loop is stopped, a colleague is not', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on' })
  stopTheClock(t)
  const looping = gateway.signer.bearer({ hospital_id: CITY })
  const statuses = new Set<number>()
  for (let round = 0; round < 10; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 200 }, () =>
        gateway.app.inject({ url: '/api/patients', headers: looping }),
      ),
    )
    for (const { statusCode } of answers) statuses.add(statusCode)
  }
  t.strictSame([...statuses].sort(), [200, 429])
  t.equal(
    (await gateway.get('/api/patients', gateway.signer.bearer({ hospital_id: CITY }))).status,
    200,
  )
})

t.test('a hospital whose requests hang keeps no other hospital waiting', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on' })
  const hanging: (() => void)[] = []
  gateway.upstreams.patient.answers.set('/api/patients/slow', (_request, raw) => {
    hanging.push(() => raw.writeHead(200, { 'content-length': '0' }).end())
    return undefined
  })
  const leaving = new AbortController()
  const slow = (signal?: AbortSignal) =>
    fetch(`${gateway.url}/api/patients/slow`, {
      headers: gateway.signer.bearer({ hospital_id: CITY }),
      ...(signal && { signal }),
    })
  const waiting = Array.from({ length: 40 }, () => slow())
  await eventually(() => hanging.length >= 24)
  const left = slow(leaving.signal).catch(() => 'left')
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.equal(hanging.length, 24, 'its share is under way')
  const other = await gateway.get(
    '/api/patients/1',
    gateway.signer.bearer({ hospital_id: RIVERSIDE }),
  )
  t.equal(other.status, 200, 'another hospital is served')
  leaving.abort()
  t.equal(await left, 'left')
  const release = setInterval(() => hanging.shift()?.(), 1)
  t.teardown(() => clearInterval(release))
  t.ok(
    (await Promise.all(waiting)).every(({ status }) => status === 200),
    'in the end all are served',
  )
})

t.test('a client that leaves before its turn leaves no turn taken', async (t) => {
  const gateway = await startGateway(t, { RATE_LIMIT: 'on' })
  const before = gateway.logs().length
  const key = gateway.signer.addKey('new')
  const jwks = gateway.signer.jwks()
  gateway.upstreams.auth.answers.set('/.well-known/jwks.json', (_asked, raw) => {
    setTimeout(() => raw.end(JSON.stringify(jwks)), 400)
    return undefined
  })
  const leaving = new AbortController()
  const token = gateway.signer.token({ hospital_id: CITY }, {}, key)
  const asking = Array.from({ length: 30 }, () =>
    fetch(`${gateway.url}/api/patients`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    }).catch(() => 'left'),
  )
  await new Promise((resolve) => setTimeout(resolve, 150))
  leaving.abort()
  await Promise.all(asking)
  await new Promise((resolve) => setTimeout(resolve, 500))
  const answer = await Promise.race([
    gateway.get('/api/patients', gateway.signer.bearer({ hospital_id: CITY })),
    new Promise<undefined>((resolve) => setTimeout(resolve, 2000, undefined)),
  ])
  t.equal(answer?.status, 200)
  t.notMatch(gateway.logs().slice(before), 'request failed')
})

/** No bucket fills up again, however slow the machine. */
function stopTheClock(t: Test): void {
  const { now } = Date
  const stopped = now()
  Date.now = () => stopped
  t.teardown(() => {
    Date.now = now
  })
}
