import { createHash } from 'node:crypto'
import { TEST_IDENTITY_KEY } from '@wardstone/cluster/testing'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import t from 'tap'
import type { Database } from '../src/database/schema.ts'
import { SystemThrottleRepository } from '../src/throttling/system-repository.ts'
import { Throttle } from '../src/throttling/throttle.ts'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>

const HOME = '198.51.100.1'

/** Logins from anywhere, and what a test looks at after them. */
function logins({ from, sql, auditEvents }: Service) {
  const enter = (username: string, password: string, ip = HOME) =>
    from({ ip }).post('/api/auth/login', { payload: { username, password } })
  return {
    enter,
    fail: async (username: string, times: number, ip = HOME) => {
      const statuses = []
      for (let index = 0; index < times; index += 1) {
        statuses.push((await enter(username, `wrong ${index}`, ip)).statusCode)
      }
      return statuses
    },
    /** As if the windows that are open were over. */
    pass: () => sql("update throttle set expires_at = now() - interval '1 s'"),
    checked: async (username: string) =>
      (await auditEvents()).filter(
        ({ action, actor }) => action === 'auth.login_failed' && actor.username === username,
      ).length,
    throttled: async () =>
      (await auditEvents()).filter(({ action }) => action === 'auth.throttled'),
  }
}

const same = (times: number, status: number) => Array.from({ length: times }, () => status)
const elsewhere = (index: number) => `203.0.${index >> 8}.${index & 255}`

t.test('defect 8: ten wrong passwords close an account to strangers', async (t) => {
  const service = await build(t)
  const { somebody, sql } = service
  const { enter, fail, pass, checked, throttled } = logins(service)
  const victim = await somebody()

  await t.test('the eleventh try is 429, the right password too', async (t) => {
    t.same(await fail(victim.username, 10), same(10, 401))
    for (const password of ['wrong again', PASSWORD]) {
      const answer = await enter(victim.username, password)
      t.equal(answer.statusCode, 429)
      t.match(answer.json(), { code: 'too_many_requests', title: 'Too Many Requests' })
      const seconds = Number(answer.headers['retry-after'])
      t.ok(seconds > 800 && seconds <= 900, `${seconds} s`)
      t.match(answer.headers, { 'ratelimit-limit': '10', 'ratelimit-remaining': '0' })
      t.equal(answer.headers['ratelimit-reset'], answer.headers['retry-after'])
    }
    t.equal(await checked(victim.username), 10, 'no password was looked at after the tenth')
  })

  await t.test('from any other address as well', async (t) => {
    t.equal((await enter(victim.username, PASSWORD, elsewhere(1))).statusCode, 429)
  })

  await t.test('a name that nobody has answers with the same bytes', async (t) => {
    t.same(await fail('nobody.at.all', 10), same(10, 401))
    const body = async (username: string) => {
      const answer = await enter(username, PASSWORD)
      const { request_id: _, ...problem } = answer.json()
      return [answer.statusCode, problem, Object.keys(answer.headers).sort()]
    }
    t.same(await body('nobody.at.all'), await body(victim.username))
    t.same(await body('NOBODY.at.all'), await body(victim.username), 'however it is written')
  })

  await t.test('is on record once for each counter and window', async (t) => {
    t.match(await throttled(), [
      { reason: 'account', outcome: 'denied', hospital_id: CITY.id, actor: { id: victim.id } },
      { reason: 'pair', outcome: 'denied', hospital_id: CITY.id, actor: { ip: HOME } },
      { reason: 'account', hospital_id: null, actor: { id: null, username: null } },
      { reason: 'pair', hospital_id: null, actor: { id: null, username: null } },
    ])
  })

  await t.test('until the window is over', async (t) => {
    await pass()
    t.equal((await enter(victim.username, PASSWORD)).statusCode, 200)
    t.same(await fail(victim.username, 11, elsewhere(2)), [...same(10, 401), 429])
  })

  await t.test('nothing that was typed is stored', async (t) => {
    await enter('hunter2-my-password', 'in the wrong field')
    const rows = await sql<{ key: Buffer }>('select key from throttle')
    t.ok(rows.length > 0)
    const plain = createHash('sha256').update('hunter2-my-password').digest('hex')
    for (const { key } of rows) t.not(key.toString('hex'), plain)
    t.notMatch(JSON.stringify(await sql('select * from outbox')), /hunter2|wrong field/)
  })
})

t.test('spraying: one password, many people, one address', async (t) => {
  const service = await build(t)
  const { somebody } = service
  const { enter, fail, throttled, pass } = logins(service)
  const regular = await somebody()
  const newcomer = await somebody()
  t.equal((await enter(regular.username, PASSWORD)).statusCode, 200)

  await t.test('stops after 30', async (t) => {
    const statuses = []
    for (let index = 0; index < 35; index += 1) {
      statuses.push(...(await fail(`sprayed_${index}`, 1)))
    }
    t.same(statuses, [...same(30, 401), ...same(5, 429)])
    t.match(await throttled(), [
      { reason: 'address', hospital_id: null, actor: { id: null, ip: HOME } },
    ])
  })

  await t.test('who has signed in from there before still does', async (t) => {
    t.equal((await enter(newcomer.username, PASSWORD)).statusCode, 429)
    t.same(await fail(regular.username, 1), [401])
    t.equal((await enter(regular.username, PASSWORD)).statusCode, 200)
  })

  await t.test('who comes from elsewhere is not concerned', async (t) => {
    t.equal((await enter(newcomer.username, PASSWORD, elsewhere(1))).statusCode, 200)
  })

  await t.test('a network of IPv6 is one address', async (t) => {
    await pass()
    const within = (index: number) => `2001:db8:1:2::${index.toString(16)}`
    const statuses = []
    for (let index = 1; index <= 31; index += 1) {
      statuses.push(...(await fail(`sixth_${index}`, 1, within(index))))
    }
    t.same(statuses, [...same(30, 401), 429])
    t.same(await fail('sixth_sense', 1, '2001:db8:1:3::1'), [401])
  })
})

t.test('stuffing: many addresses, one person', async (t) => {
  const service = await build(t)
  const { somebody, sql, auditEvents } = service
  const { enter, fail, throttled } = logins(service)
  const victim = await somebody()
  t.equal((await enter(victim.username, PASSWORD)).statusCode, 200)

  await t.test('stops after 10, while the victim’s own device gets in', async (t) => {
    const statuses = []
    for (let index = 0; index < 15; index += 1) {
      statuses.push(...(await fail(victim.username, 1, elsewhere(index))))
    }
    t.same(statuses, [...same(10, 401), ...same(5, 429)])
    t.match(await throttled(), [{ reason: 'account', actor: { id: victim.id } }])
    t.equal((await enter(victim.username, PASSWORD)).statusCode, 200)
    t.equal(
      (await enter(victim.username, PASSWORD, elsewhere(99))).statusCode,
      429,
      'that the victim came in does not help the attacker',
    )
  })

  await t.test('a known device has ten tries, which success gives back', async (t) => {
    for (let round = 0; round < 2; round += 1) {
      t.same(await fail(victim.username, 9), same(9, 401))
      t.equal((await enter(victim.username, PASSWORD)).statusCode, 200)
    }
    t.same(await fail(victim.username, 11), [...same(10, 401), 429])
    t.match((await auditEvents()).at(-1), { action: 'auth.throttled', reason: 'pair' })
  })

  await t.test('a device is known for 90 days', async (t) => {
    const guest = await somebody()
    t.equal((await enter(guest.username, PASSWORD)).statusCode, 200)
    await fail(guest.username, 10, elsewhere(1))
    t.equal((await enter(guest.username, PASSWORD)).statusCode, 200)
    await sql("update known_device set expires_at = expires_at - interval '90 days'")
    t.equal((await enter(guest.username, PASSWORD)).statusCode, 429)
  })
})

t.test('what counts', async (t) => {
  const service = await build(t)
  const { somebody, sql, from, as } = service
  const { enter, fail, checked } = logins(service)
  const standing = () => sql('select failures, trying from throttle where failures + trying > 0')

  await t.test('100 wrong passwords at once: ten are looked at', async (t) => {
    const victim = await somebody()
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        enter(victim.username, `wrong ${index}`, elsewhere(index)),
      ),
    )
    t.ok(answers.every(({ statusCode }) => [401, 429, 503].includes(statusCode)))
    const first = answers.filter(({ statusCode }) => statusCode === 401).length
    t.ok(first <= 10, `${first} were looked at`)
    const rest = await fail(victim.username, 11 - first, elsewhere(200))
    t.same(rest, [...same(10 - first, 401), 429])
    t.equal(await checked(victim.username), 10)
  })

  await t.test('the right password at once, as often as one likes, does not', async (t) => {
    const { username } = await somebody()
    await sql('delete from throttle')
    const answers = await Promise.all(Array.from({ length: 20 }, () => enter(username, PASSWORD)))
    t.ok(answers.some(({ statusCode }) => statusCode === 200))
    t.ok(answers.every(({ statusCode }) => [200, 503].includes(statusCode)))
    t.same(await standing(), [])
  })

  await t.test('the right password without entry does not', async (t) => {
    const { username } = await somebody({ status: 'pending' })
    for (let index = 0; index < 12; index += 1) {
      t.equal((await enter(username, PASSWORD)).statusCode, 403)
    }
    t.same(await standing(), [])
    t.same(await fail(username, 10, elsewhere(1)), same(10, 401))
    t.equal((await enter(username, PASSWORD)).statusCode, 429, 'nor is the device known')
  })

  await t.test('the right password for a hospital of others does: it answers alike', async (t) => {
    const { username } = await somebody()
    const payload = { username, password: PASSWORD, hospital_id: RIVERSIDE.id }
    const statuses = []
    for (let index = 0; index < 11; index += 1) {
      const answer = await from({ ip: elsewhere(500) }).post('/api/auth/login', { payload })
      statuses.push(answer.statusCode)
    }
    t.same(statuses, [...same(10, 401), 429])
  })

  await t.test('wrong passwords of a signed-in person do, and close the login too', async (t) => {
    const { id, username } = await somebody()
    const caller = as({ role: 'doctor', hospital_id: CITY.id, user_id: id, username, ip: HOME })
    const change = (current_password: string) =>
      caller.post('/api/auth/password', {
        payload: { current_password, new_password: `${PASSWORD}, new` },
      })
    for (let index = 0; index < 10; index += 1) {
      t.equal((await change('wrong')).statusCode, 400)
    }
    const refused = await change(PASSWORD)
    t.equal(refused.statusCode, 429)
    t.ok(Number(refused.headers['retry-after']) > 800)
    t.equal((await enter(username, PASSWORD)).statusCode, 429)
  })
})

t.test('another process, and what could not be tried', async (t) => {
  const service = await build(t)
  const { somebody, sql, urls } = service
  const { fail } = logins(service)
  const system = createSystemDatabase<Database>({
    url: urls.systemUrl,
    poolSize: 2,
    applicationName: 'test',
    logger: createLogger('test', 'silent'),
  })
  t.teardown(() => system.close())
  const failures = new SystemThrottleRepository(system.db)
  const other = new Throttle({ failures, secret: TEST_IDENTITY_KEY, recordAudit: async () => {} })

  await t.test('counts with this one', async (t) => {
    const { username } = await somebody()
    await fail(username, 10)
    await t.rejects(
      other.guard(username, HOME, async () => t.fail('was let in')),
      { code: 'too_many_requests' },
    )
  })

  await t.test('twenty clients of one person at one address wait for each other', async (t) => {
    const { username } = await somebody()
    const enter = () =>
      other.guard(username, HOME, async (attempt) => {
        await attempt.succeeded()
        return 'in'
      })
    t.same(await Promise.all(same(20, 0).map(enter)), Array(20).fill('in'))
  })

  await t.test('a password that was not looked at does not count', async (t) => {
    await sql('delete from throttle')
    const broken = other.guard('somebody', HOME, async () => {
      throw new Error('no turn')
    })
    await t.rejects(broken, /no turn/)
    t.same(await sql('select distinct failures, trying from throttle'), [
      { failures: 0, trying: 0 },
    ])
  })

  await t.test('housekeeping removes what is over', async (t) => {
    await sql('truncate throttle, known_device')
    await fail('somebody', 1)
    await sql(
      "insert into known_device values ('old', now() - interval '1 s'), ('new', now() + interval '1 day')",
    )
    await sql(
      "update throttle set expires_at = now() - interval '1 s' where key = (select min(key) from throttle)",
    )
    await failures.removeOld()
    t.equal((await sql('select from throttle')).length, 2)
    const left = await sql<{ key: Buffer }>('select key from known_device')
    t.same(
      left.map(({ key }) => key.toString()),
      ['new'],
    )
  })

  await t.test('a platform administrator is counted like anybody', async (t) => {
    const { username } = await somebody({
      hospital_id: PLATFORM_HOSPITAL_ID,
      role: 'platform_admin',
    })
    t.same(await fail(username, 11, elsewhere(1)), [...same(10, 401), 429])
  })
})
