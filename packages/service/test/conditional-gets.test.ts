import { testIdentity } from '@wardstone/cluster/testing'
import t from 'tap'
import { CursorCodec, type Service } from '../src/index.ts'
import { build } from './helper.ts'

const DOCTOR = { role: 'doctor' } as const
const SHA256 = /^"[\w-]{43}"$/

async function head(app: Service, url: string, headers: Record<string, string> = {}) {
  const identity = testIdentity(DOCTOR, { service: 'patient', method: 'HEAD', url })
  return app.inject({ method: 'HEAD', url, headers: { ...identity, ...headers } })
}

t.test('a GET is answered 304 without a body when If-None-Match has its tag', async (t) => {
  const { app, as } = await build(t)
  const { get } = as(DOCTOR)
  const asking = (tags: string, url = '/api/versioned?version=3') =>
    get(url, { headers: { 'if-none-match': tags } })

  const first = await get('/api/versioned?version=3')
  t.equal(first.headers.etag, '"3"', 'the version')
  for (const tags of ['"3"', 'W/"3"', '*', ' * ', '"1", W/"3" ,"x"']) {
    const answer = await asking(tags)
    t.equal(answer.statusCode, 304, tags)
    t.equal(answer.body, '')
    t.match(answer.headers, { etag: '"3"', 'cache-control': 'no-store' })
    t.notOk(answer.headers['content-type'] ?? answer.headers['content-length'])
  }
  for (const tags of ['"4"', '3', '""', '', '"1", "2"', '"33"', 'w/"3"', '"3']) {
    const answer = await asking(tags)
    t.equal(answer.statusCode, 200, tags)
    t.same(answer.json(), { version: 3 })
  }
  t.equal((await asking('"3"', '/api/versioned?version=4')).statusCode, 200, 'it was changed')

  t.match(await head(app, '/api/versioned?version=3'), {
    statusCode: 200,
    headers: { etag: '"3"', 'content-length': '13' },
  })
  const unchanged = await head(app, '/api/versioned?version=3', { 'if-none-match': '"3"' })
  t.match(unchanged, { statusCode: 304, body: '', headers: { etag: '"3"' } })
})

t.test('what has no version has the hash of its bytes', async (t) => {
  const { as } = await build(t)
  const { get } = as(DOCTOR)
  const [one, same, other] = [
    await get('/api/things?q=a'),
    await get('/api/things?q=a'),
    await get('/api/things?q=b'),
  ]
  t.match(one.headers, { etag: SHA256, 'cache-control': 'no-store' })
  t.equal(same.headers.etag, one.headers.etag)
  t.not(other.headers.etag, one.headers.etag)
  const headers = { 'if-none-match': String(one.headers.etag) }
  t.equal((await get('/api/things?q=a', { headers })).statusCode, 304)
  t.equal((await get('/api/things?q=b', { headers })).statusCode, 200)
})

t.test('nothing else has a tag or is answered 304', async (t) => {
  const { app, as } = await build(t)
  const { get, post } = as(DOCTOR)
  const any = { headers: { 'if-none-match': '*' } }
  for (const [url, status] of [
    ['/api/things?limit=0', 400],
    ['/api/nothing', 404],
    ['/api/broken', 500],
    ['/api/stream', 200],
    ['/health', 200],
    ['/openapi.json', 200],
  ] as const) {
    const answer = await get(url, any)
    t.equal(answer.statusCode, status, url)
    t.notOk(answer.headers.etag, url)
    t.not(answer.body, '')
  }
  t.equal((await app.inject({ url: '/api/things', ...any })).statusCode, 401)
  t.equal((await as({ role: 'anonymous' }).get('/api/things', any)).statusCode, 403)
  const posted = await post('/api/things', { ...any, payload: { name: 'x' } })
  t.equal(posted.statusCode, 200)
  t.notOk(posted.headers.etag)
  const whole = await get('/api/whole?version=3', { headers: { 'if-none-match': '"3"' } })
  t.match(whole, { statusCode: 200, headers: { etag: '"3"' } }, 'its version says too little')
})

t.test('the same page has the same cursor, so that it has the same tag', async (t) => {
  const codec = new CursorCodec('a secret of the service')
  const cursor = codec.encode(['city', 'patients'], ['Okafor', 1])
  t.equal(codec.encode(['city', 'patients'], ['Okafor', 1]), cursor)
  t.not(codec.encode(['riverside', 'patients'], ['Okafor', 1]), cursor)
  t.not(codec.encode(['city', 'patients'], ['Okafor', 2]).slice(0, 16), cursor.slice(0, 16))
})

t.test('the OpenAPI document tells of it', async (t) => {
  const { app } = await build(t)
  const { paths } = (await app.inject('/openapi.json')).json()
  const { parameters, responses } = paths['/api/versioned'].get
  t.match(parameters, [{ name: 'version' }, { name: 'if-none-match', in: 'header' }])
  t.match(responses, { 200: { headers: { ETag: {} } }, 304: { headers: { ETag: {} } } })
  t.match(paths['/api/things'].get.responses[200], { headers: { ETag: {} } })
  for (const { responses } of [paths['/api/things'].post, paths['/api/whole'].get])
    t.notOk(responses[304])
})
