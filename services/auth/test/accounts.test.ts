import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import { build, CITY, PASSWORD, RIVERSIDE } from './helper.ts'

t.test('POST /api/auth/register', async (t) => {
  const { anonymous, login, sql, auditEvents } = await build(t)
  let count = 0
  const somebody = (changes: object = {}) => {
    count += 1
    const username = `newcomer_${count}`
    const email = `newcomer.${count}@example.org`
    const names = { first_name: 'Amina', last_name: 'Okafor' }
    return { username, email, password: PASSWORD, ...names, hospital_id: CITY.id, ...changes }
  }
  const register = (changes: object = {}) =>
    anonymous.post('/api/auth/register', { payload: somebody(changes) })

  await t.test('makes a pending member of staff, who cannot sign in', async (t) => {
    const answer = await register({ username: 'Amina', phone: '+49 171 5550100' })
    t.equal(answer.statusCode, 201)
    const { id, ...rest } = answer.json()
    t.same(rest, {
      username: 'Amina',
      email: 'newcomer.1@example.org',
      first_name: 'Amina',
      last_name: 'Okafor',
      hospital_id: CITY.id,
      role: 'staff',
      status: 'pending',
    })
    t.match((await auditEvents()).at(-1), {
      action: 'user.registered',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: null, role: 'anonymous' },
      entity: { type: 'user', id },
    })
    const entry = await login({ username: 'amina', password: PASSWORD })
    t.equal(entry.statusCode, 403)
    t.equal(entry.json().code, 'account_pending')
    const [account] = await sql('select * from account where id = $1', [id])
    t.match(account, {
      phone: '+49 171 5550100',
      password_hash: /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/,
    })
  })

  await t.test('defect 2: nobody chooses a role', async (t) => {
    for (const [field, value] of [
      ['role', 'admin'],
      ['status', 'active'],
      ['is_superuser', true],
      ['hospitalId', RIVERSIDE.id],
    ] as const) {
      const answer = await register({ [field]: value })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer: `/${field}` }] })
    }
    const rows = await sql("select from membership where role <> 'staff' or status <> 'pending'")
    t.same(rows, [])
  })

  await t.test('an unknown, suspended or unlisted hospital takes nobody', async (t) => {
    const [suspended, unlisted] = [randomUUID(), randomUUID()]
    await sql(
      `insert into hospital (hospital_id, slug, name, is_active, is_listed)
        values ($1, 'a', 'A', false, true), ($2, 'b', 'B', true, false)`,
      [suspended, unlisted],
    )
    const before = await sql('select from account')
    const answers = []
    for (const hospital_id of [randomUUID(), suspended, unlisted, PLATFORM_HOSPITAL_ID]) {
      const answer = await register({ hospital_id })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer: '/hospital_id' }] })
      const { request_id: _, ...body } = answer.json()
      answers.push(JSON.stringify(body))
    }
    t.equal(new Set(answers).size, 1, 'which of them it is stays unsaid')
    t.equal((await sql('select from account')).length, before.length)
  })

  await t.test('a username or e-mail that differs only in looks is taken', async (t) => {
    await register({ username: 'Zoë.King', email: 'Zoe.King@example.org' })
    for (const username of ['zoë.king', 'ZOË.KING'.normalize('NFD'), 'ｚoë.king']) {
      const answer = await register({ username })
      t.equal(answer.statusCode, 409)
      t.equal(answer.json().code, 'username_taken')
    }
    const answer = await register({ email: 'ZOE.KING@EXAMPLE.ORG' })
    t.equal(answer.statusCode, 409)
    t.equal(answer.json().code, 'email_taken')
  })

  await t.test(
    'defect 13: 20 at once for one username: one account, and no orphan of the others',
    async (t) => {
      const answered = async () => {
        for (;;) {
          const { statusCode } = await register({ username: 'twin' })
          // Sent away by the hashing queue, which says when to try again.
          if (statusCode !== 503) return statusCode
          await sleep(100)
        }
      }
      const statuses = await Promise.all(Array.from({ length: 20 }, answered))
      t.same(statuses.toSorted(), [201, ...Array.from({ length: 19 }, () => 409)])
      const nobodys = `select from account where not exists (
      select from membership where account_id = account.id)`
      t.same(await sql(nobodys), [])
    },
  )

  for (const [what, password] of [
    ['11 characters', 'kettle-olive'.slice(1)],
    ['a common one', 'qwerty123456'],
    ['a common one with signs around it', 'Password2026!'],
    ['a common one said twice', 'passwordpassword'],
    ['keys in a row', 'abcdefgh1234'],
    ['one key', 'aaaaaaaaaaaaaaaa'],
    ['the username', 'Newcomer_Of_The_Week'],
  ] as const) {
    await t.test(`refuses a password of ${what}`, async (t) => {
      const answer = await register({ username: 'newcomer_of_the_week', password })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer: '/password' }] })
      t.notMatch(answer.body, password)
    })
  }

  await t.test('takes 12 to 128 characters of any kind', async (t) => {
    for (const password of [
      'летопись-окн',
      '🩺🩻🧪💊🩹🧬🔬🌡️🏥🚑🦷',
      'correct horse battery staple',
      `${'né'.repeat(63)}xy`,
    ]) {
      const body = somebody({ password })
      t.equal((await anonymous.post('/api/auth/register', { payload: body })).statusCode, 201)
      t.equal((await login({ username: body.username, password })).json().code, 'account_pending')
    }
  })

  for (const [what, changes, pointer] of [
    ['white space in a username', { username: 'a b c' }, '/username'],
    ['an invisible character in a username', { username: 'ad\u200bmin' }, '/username'],
    ['a username of two characters', { username: 'ab' }, '/username'],
    ['an e-mail that is none', { email: 'nobody' }, '/email'],
    ['a blank name', { first_name: ' ' }, '/first_name'],
    ['a hospital that is no UUID', { hospital_id: 'city' }, '/hospital_id'],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await register(changes)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }
})

t.test('/api/auth/profile', async (t) => {
  const { signedIn, somebody, as, auditEvents } = await build(t)

  await t.test('GET is the user object', async (t) => {
    const { caller, user } = await signedIn()
    const answer = await caller.get('/api/auth/profile')
    t.equal(answer.statusCode, 200)
    t.same(answer.json(), user)
    t.equal(answer.headers.etag, '"1"')
  })

  await t.test('GET works for every role, platform administrators too', async (t) => {
    for (const role of [
      'admin',
      'doctor',
      'nurse',
      'receptionist',
      'staff',
      'platform_admin',
    ] as const) {
      const hospital_id = role === 'platform_admin' ? PLATFORM_HOSPITAL_ID : CITY.id
      const { caller, user } = await signedIn({ role, hospital_id })
      t.same((await caller.get('/api/auth/profile')).json(), user)
    }
  })

  await t.test('PATCH merges and names what changed', async (t) => {
    const { caller, user } = await signedIn()
    const answer = await caller.patch('/api/auth/profile', {
      payload: { phone: '0171 5550100', first_name: 'Aminata', last_name: 'Okafor' },
    })
    t.equal(answer.statusCode, 200)
    t.match(answer.json(), {
      first_name: 'Aminata',
      phone: '0171 5550100',
      email: user.email,
      version: 2,
    })
    t.match((await auditEvents()).at(-1), {
      action: 'user.updated',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: { id: user.id },
      entity: { type: 'user', id: user.id },
    })
    t.same((await auditEvents()).at(-1)?.changed_fields, ['first_name', 'phone'])
    t.notMatch(JSON.stringify(await auditEvents()), /Aminata|5550100/)
    const emptied = await caller.patch('/api/auth/profile', { payload: { phone: null } })
    t.match(emptied.json(), { phone: null, first_name: 'Aminata', version: 3 })
    t.same((await caller.get('/api/auth/profile')).json(), emptied.json())
  })

  await t.test('defect 24: of two changes of the same version one is stale', async (t) => {
    const { caller } = await signedIn()
    const change = (first_name: string) =>
      caller.patch('/api/auth/profile', { headers: { 'if-match': '"1"' }, payload: { first_name } })
    const answers = await Promise.all([change('Ada'), change('Bea')])
    t.same(answers.map(({ statusCode }) => statusCode).sort(), [200, 412])
    const stale = await caller.patch('/api/auth/profile', {
      payload: { first_name: 'Cem', version: 1 },
    })
    t.match(stale.json(), { code: 'stale', version: 2 })
    t.match((await auditEvents()).at(-1), {
      action: 'user.updated',
      outcome: 'failure',
      reason: 'stale',
    })
  })

  await t.test('another’s e-mail is taken, one’s own in other letters is not', async (t) => {
    const { caller, user } = await signedIn()
    const other = await somebody()
    const taken = await caller.patch('/api/auth/profile', {
      payload: { email: `${other.id}@EXAMPLE.org` },
    })
    t.equal(taken.statusCode, 409)
    t.equal(taken.json().code, 'email_taken')
    t.match((await auditEvents()).at(-1), { outcome: 'failure', reason: 'email_taken' })
    const own = await caller.patch('/api/auth/profile', {
      payload: { email: user.email.toUpperCase() },
    })
    t.equal(own.json().email, user.email.toUpperCase())
  })

  await t.test('PATCH of another hospital is 403, whatever the route', async (t) => {
    const { caller } = await signedIn()
    const answer = await caller.patch('/api/auth/profile', {
      payload: { hospital_id: RIVERSIDE.id },
    })
    t.match(answer.json(), { status: 403, code: 'hospital_mismatch' })
  })

  for (const [what, payload] of [
    ['a username', { username: 'other' }],
    ['a role', { role: 'admin' }],
    ['a password', { password: PASSWORD }],
    ['nothing', {}],
    ['an empty name', { first_name: null }],
  ] as const) {
    await t.test(`PATCH of ${what} is 400`, async (t) => {
      const { caller } = await signedIn()
      t.equal((await caller.patch('/api/auth/profile', { payload })).statusCode, 400)
    })
  }

  await t.test('a caller whose account or membership is no more is 401', async (t) => {
    t.equal((await as({ role: 'doctor' }).get('/api/auth/profile')).statusCode, 401)
    const { claims } = await signedIn()
    const elsewhere = as({ ...claims, hospital_id: RIVERSIDE.id })
    t.equal((await elsewhere.get('/api/auth/profile')).statusCode, 401)
  })

  await t.test('nobody is signed in: 403 for anonymous and system', async (t) => {
    for (const role of ['anonymous', 'system'] as const) {
      t.equal((await as({ role }).get('/api/auth/profile')).statusCode, 403)
    }
  })
})
