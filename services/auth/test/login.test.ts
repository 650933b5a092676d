import { createPublicKey, verify } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { AccessClaimsSchema, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import { build, CITY, claimsOf, PASSWORD, RIVERSIDE, signingKey } from './helper.ts'

t.test('POST /api/auth/login', async (t) => {
  const { login, somebody, join, sql, auditEvents, anonymous } = await build(t)
  const amina = await somebody({ username: 'Amina.Okafor' })

  await t.test('gives tokens and the person', async (t) => {
    const answer = await login({ username: amina.username, password: PASSWORD })
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const here = { hospital_id: CITY.id, hospital_name: CITY.name, role: 'doctor' }
    t.match(answer.json(), {
      access_token: /^[\w-]+\.[\w-]+\.[\w-]+$/,
      refresh_token: /^[\w-]{43}$/,
      token_type: 'Bearer',
      expires_in: 600,
      user: {
        id: amina.id,
        username: 'Amina.Okafor',
        first_name: 'Amina',
        ...here,
        memberships: [here],
      },
    })
    t.notMatch(answer.body, /argon2/)
  })

  await t.test('is on record with actor, hospital and session', async (t) => {
    const answer = await login({ username: amina.username, password: PASSWORD })
    const { session_id } = claimsOf(answer.json().access_token)
    t.match((await auditEvents()).at(-1), {
      action: 'auth.login',
      outcome: 'success',
      hospital_id: CITY.id,
      actor: {
        id: amina.id,
        username: 'Amina.Okafor',
        role: 'doctor',
        session_id,
        ip: '192.0.2.1',
      },
      entity: { type: 'session', id: session_id },
    })
  })

  await t.test('keeps no token, only hashes', async (t) => {
    const { refresh_token } = (await login({ username: amina.username, password: PASSWORD })).json()
    const rows = await sql('select * from refresh_token, session, outbox')
    t.notMatch(JSON.stringify(rows), refresh_token)
  })

  await t.test('folds the username: case, composition, width', async (t) => {
    await somebody({ username: 'Zoë_Ångström' })
    for (const username of ['zoë_ångström', 'ZOË_ÅNGSTRÖM'.normalize('NFD'), 'ＺＯＥ̈_ångström']) {
      t.equal((await login({ username, password: PASSWORD })).statusCode, 200, username)
    }
  })

  await t.test('takes a password however it was composed', async (t) => {
    const { id, username } = await somebody()
    const { hashPassword } = await import('../src/passwords/argon2id.ts')
    await sql('update account set password_hash = $2 where id = $1', [
      id,
      await hashPassword('Ümläut-straße-7'),
    ])
    t.equal(
      (await login({ username, password: 'Ümläut-straße-7'.normalize('NFD') })).statusCode,
      200,
    )
  })

  await t.test(
    'defect 8: unknown user and wrong password answer with the same bytes',
    async (t) => {
      const unknown = await login({ username: 'nobody.at.all', password: PASSWORD })
      const wrong = await login({ username: amina.username, password: 'not the password' })
      t.equal(unknown.statusCode, 401)
      t.equal(unknown.headers['www-authenticate'], 'Bearer')
      t.equal(unknown.json().code, 'invalid_credentials')
      t.same(withoutIds(unknown), withoutIds(wrong))
    },
  )

  await t.test('a failure is on record; what was typed for an unknown user is not', async (t) => {
    await login({ username: 'my secret password', password: 'typed in the wrong order' })
    t.match((await auditEvents()).at(-1), {
      action: 'auth.login_failed',
      outcome: 'failure',
      reason: 'unknown_username',
      hospital_id: null,
      actor: { id: null, username: null, role: 'anonymous' },
    })
    await login({ username: amina.username.toUpperCase(), password: 'not the password' })
    t.match((await auditEvents()).at(-1), {
      action: 'auth.login_failed',
      outcome: 'failure',
      reason: 'wrong_password',
      hospital_id: CITY.id,
      actor: { id: amina.id, username: amina.username, role: 'anonymous', session_id: null },
    })
    t.notMatch(
      JSON.stringify(await auditEvents()),
      /my secret password|wrong order|not the password/,
    )
  })

  for (const [status, code] of [
    ['pending', 'account_pending'],
    ['disabled', 'account_disabled'],
  ] as const) {
    await t.test(`${status}: 403 with the right password, 401 with a wrong one`, async (t) => {
      const { id, username } = await somebody({ status })
      const answer = await login({ username, password: PASSWORD })
      t.equal(answer.statusCode, 403)
      t.equal(answer.json().code, code)
      t.match((await auditEvents()).at(-1), {
        action: 'auth.login_failed',
        outcome: 'denied',
        reason: code,
        actor: { id },
      })
      t.equal(
        (await login({ username, password: 'something else' })).json().code,
        'invalid_credentials',
      )
      t.same(await sql('select from session where account_id = $1', [id]), [])
    })
  }

  await t.test('hospital_id chooses among memberships, 401 if not one', async (t) => {
    const { id, username } = await somebody({ role: 'nurse' })
    await join(id, { hospital_id: RIVERSIDE.id, role: 'admin' })
    await sql(`update membership set created_at = now() - interval '1 day'
      where account_id = '${id}' and hospital_id = '${CITY.id}'`)
    const chosen = await login({ username, password: PASSWORD, hospital_id: RIVERSIDE.id })
    t.match(chosen.json().user, { hospital_name: RIVERSIDE.name, role: 'admin' })
    t.equal(chosen.json().user.memberships.length, 2)
    const first = await login({ username, password: PASSWORD })
    t.match(first.json().user, { hospital_name: CITY.name, role: 'nurse' })

    const other = await login({ ...amina, id: undefined, hospital_id: RIVERSIDE.id })
    t.equal(other.statusCode, 401)
    const wrong = await login({ username: amina.username, password: 'not the password' })
    t.same(withoutIds(other), withoutIds(wrong))
    t.match((await auditEvents()).at(-2), { reason: 'not_a_member', hospital_id: CITY.id })
  })

  await t.test('without hospital_id the first membership that is open', async (t) => {
    const { id, username } = await somebody({ status: 'pending' })
    await join(id, { hospital_id: RIVERSIDE.id, role: 'staff' })
    const answer = await login({ username, password: PASSWORD })
    t.match(answer.json().user, { hospital_id: RIVERSIDE.id, role: 'staff' })
    t.equal(answer.json().user.memberships.length, 1, 'a pending one cannot be chosen')
  })

  await t.test('defect 21: a platform administrator signs in, without a hospital', async (t) => {
    const { id, username } = await somebody({
      hospital_id: PLATFORM_HOSPITAL_ID,
      role: 'platform_admin',
    })
    const answer = await login({ username, password: PASSWORD })
    t.match(answer.json().user, { role: 'platform_admin', hospital_id: null, hospital_name: null })
    t.match(claimsOf(answer.json().access_token), { hospital_id: null, hospital_name: null })
    t.match((await auditEvents()).at(-1), {
      hospital_id: null,
      actor: { id, role: 'platform_admin' },
    })
  })

  for (const [what, body, pointer] of [
    ['an unknown field', { username: 'a', password: 'b', remember: true }, '/remember'],
    ['no password', { username: 'a' }, '/password'],
    ['a password of 129 characters', { username: 'a', password: 'p'.repeat(129) }, '/password'],
    ['a number', { username: 7, password: 'b' }, '/username'],
    [
      'a hospital that is no UUID',
      { username: 'a', password: 'b', hospital_id: 'city' },
      '/hospital_id',
    ],
  ] as const) {
    await t.test(`refuses ${what}`, async (t) => {
      const answer = await login(body)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'validation_failed', errors: [{ pointer }] })
    })
  }

  await t.test('refuses more than 4 KB', async (t) => {
    const answer = await anonymous.post('/api/auth/login', {
      payload: { username: 'x'.repeat(5000) },
    })
    t.equal(answer.statusCode, 413)
  })

  await t.test(
    'a hash with old parameters is renewed, one too expensive is not even tried',
    async (t) => {
      const { hash } = await import('@node-rs/argon2')
      const { id, username } = await somebody()
      const stored = async () =>
        (
          await sql<{ password_hash: string }>('select password_hash from account where id = $1', [
            id,
          ])
        )[0]?.password_hash
      const store = (value: string) =>
        sql('update account set password_hash = $2 where id = $1', [id, value])
      await store(await hash(PASSWORD, { memoryCost: 8192, timeCost: 2, parallelism: 1 }))
      t.equal((await login({ username, password: PASSWORD })).statusCode, 200)
      t.match(await stored(), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      t.equal((await login({ username, password: PASSWORD })).statusCode, 200)
      await store(await hash(PASSWORD, { memoryCost: 65_536, timeCost: 2, parallelism: 1 }))
      t.equal((await login({ username, password: PASSWORD })).statusCode, 401)
    },
  )
})

t.test('access tokens', async (t) => {
  const keys = [signingKey('new'), signingKey('old')]
  const { signedIn, anonymous, as } = await build(t, { keys })

  await t.test('hold the claims of the contract, signed with the first key', async (t) => {
    const { access_token, user } = await signedIn()
    const [header = '', payload = '', signature = ''] = access_token.split('.')
    t.same(decode(header), { alg: 'ES256', typ: 'at+jwt', kid: 'new' })
    const claims = decode(payload)
    t.same([...Value.Errors(AccessClaimsSchema, claims)], [])
    t.match(claims, { iss: 'wardstone', aud: 'wardstone-api', sub: user.id, role: 'doctor' })
    t.equal(claims.exp - claims.iat, 600)
    t.equal(claims.jti[14], '7')

    const jwks = (await anonymous.get('/.well-known/jwks.json')).json()
    const key = createPublicKey({ key: jwks.keys[0], format: 'jwk' })
    const valid = verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
    t.ok(valid)
  })

  await t.test('GET /.well-known/jwks.json publishes every key and no private part', async (t) => {
    for (const caller of [anonymous, as({ role: 'system' })]) {
      const answer = await caller.get('/.well-known/jwks.json')
      t.equal(answer.headers['cache-control'], 'public, max-age=60')
      t.same(
        answer.json().keys,
        keys.map(({ d: _, ...rest }) => rest),
      )
    }
  })
})

/** Body and headers of an answer without what is another one each time. */
function withoutIds({
  statusCode,
  json,
  headers,
}: Awaited<ReturnType<Awaited<ReturnType<typeof build>>['login']>>) {
  const { request_id: _, ...body } = json()
  const { date: __, ...rest } = headers
  return { statusCode, body, headers: rest }
}

function decode(part: string) {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
