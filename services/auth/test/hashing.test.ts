import { setTimeout as sleep } from 'node:timers/promises'
import { testIdentity } from '@wardstone/cluster/testing'
import t from 'tap'
import { isCommon } from '../src/passwords/common-passwords.ts'
import { build, PASSWORD } from './helper.ts'

t.test('200 logins at once', async (t) => {
  const { app, login, somebody } = await build(t)
  const honest = await somebody()
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const attack = (index: number) => {
    const [method, path] = ['POST', '/api/auth/login']
    // Each from elsewhere: one address would be refused before a password is looked at.
    const caller = { role: 'anonymous' as const, ip: `203.0.113.${index}` }
    return fetch(url + path, {
      method,
      headers: {
        'content-type': 'application/json',
        ...testIdentity(caller, { service: 'auth', method, url: path }),
      },
      body: JSON.stringify({ username: `attacker_${index}`, password: 'guess' }),
    })
  }
  await fetch(`${url}/health`).then((answer) => answer.body?.cancel())

  const before = process.memoryUsage().rss
  let under = true
  const flood = Promise.all(Array.from({ length: 200 }, (_, index) => attack(index))).finally(
    () => {
      under = false
    },
  )
  const health: number[] = []
  while (under) {
    const started = performance.now()
    t.equal((await fetch(`${url}/health`)).status, 200)
    health.push(performance.now() - started)
    await sleep(5)
  }
  const answers = await flood
  const busy = answers.filter(({ status }) => status === 503)
  t.ok(answers.every(({ status }) => status === 401 || status === 503))
  t.ok(busy.length > 0, `${busy.length} of 200 were told to come again`)
  t.ok(busy.every(({ headers }) => headers.get('retry-after') === '1'))
  health.sort((one, other) => one - other)
  // The whole flood comes from this process too, so that more than the median would be its own delay.
  const median = health[Math.floor(health.length / 2)] ?? 0
  t.ok(median < 250, `/health answered in ${Math.round(median)} ms at the median`)
  const grown = (process.memoryUsage().rss - before) / 2 ** 20
  t.ok(grown < 200, `${Math.round(grown)} MiB more`)

  await t.test('an honest person gets in while it goes on', async (t) => {
    const more = Promise.all(Array.from({ length: 200 }, (_, index) => attack(index)))
    const statuses: number[] = []
    while (statuses.at(-1) !== 200 && statuses.length < 20) {
      const { username } = honest
      statuses.push((await login({ username, password: PASSWORD })).statusCode)
      if (statuses.at(-1) !== 200) await sleep(100)
    }
    t.equal(statuses.at(-1), 200, `after ${statuses.length} attempts`)
    await more
  })
})

t.test('unknown users and wrong passwords take like time', async (t) => {
  const { from, somebody } = await build(t)
  const rounds = 100
  let asked = 0
  // Everybody and every address once, so that each answer is the 401 of a password looked at.
  const timed = async (username: string) => {
    asked += 1
    const caller = from({ ip: `2001:db8:1:${asked.toString(16)}::1` })
    const payload = { username, password: 'not the password' }
    const started = performance.now()
    const { statusCode } = await caller.post('/api/auth/login', { payload })
    const time = performance.now() - started
    t.equal(statusCode, 401)
    return time
  }
  const median = (list: number[]) => list.toSorted((one, other) => one - other)[rounds / 2] ?? 0
  // Pair by pair, so that a machine which slows down meanwhile slows both.
  const measured = async () => {
    const known: number[] = []
    const differences: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const names = [(await somebody()).username, `nobody_${asked}`] as const
      const first = round % 2
      const one = await timed(names[first] as string)
      const other = await timed(names[1 - first] as string)
      const [ofKnown, ofUnknown] = first === 0 ? [one, other] : [other, one]
      known.push(ofKnown)
      differences.push(ofKnown - ofUnknown)
    }
    return { difference: median(differences), known: median(known) }
  }

  for (let warm = 0; warm < 10; warm += 1) await timed(`nobody_${asked}`)
  // What tells them apart does so each time; a machine that is busy with something else does not.
  let result = await measured()
  for (let again = 0; again < 2 && isTelling(result); again += 1) result = await measured()
  const { difference, known } = result
  t.notOk(isTelling(result), `${difference.toFixed(1)} ms apart of ${known.toFixed(1)} ms`)
})

function isTelling({ difference, known }: { difference: number; known: number }): boolean {
  return Math.abs(difference) >= known / 10
}

t.test('isCommon', async (t) => {
  for (const common of [
    '123456789012',
    'P@ssw0rd',
    'Dragon!!!2024',
    'abcabcabcabc',
    'zxcvbnm12345',
  ]) {
    t.ok(isCommon(common), common)
  }
  for (const rare of ['correct horse battery staple', '98430128471203', PASSWORD]) {
    t.notOk(isCommon(rare), rare)
  }
})
