import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Ask, ask, jsonOf } from '../src/ask.ts'
import { CITY, RIVERSIDE } from '../src/hospitals.ts'
import { tokenOf } from '../src/people.ts'
import { ROOT } from '../src/walls/mutant.ts'
import { aNewcomer } from '../src/walls/probes/patients.ts'
import { Scene } from '../src/walls/scene.ts'

/** The twelve ways in which the system that this one replaces failed open, tried through the gateway. */
t.test('what failed open', async (t) => {
  const scene = await Scene.start({ services: ['patient', 'audit'] })
  const { world, city, riverside, platform } = scene
  t.teardown(() => world.close())
  const anonymous = (path: string, request: Ask = {}) => ask(`${world.url}${path}`, request)
  const admin = scene.as(city.admin)
  const create = async (by = city.admin, body: object = aNewcomer()) =>
    jsonOf(await scene.as(by)('/api/patients', { method: 'POST', body }))
  await world.sql('auth', 'update hospital set is_listed = true where hospital_id = $1', [CITY.id])
  const password = 'Heron-Kettle-42'
  const register = (username: string, more: object = {}) => {
    const names = { first_name: 'Somebody', last_name: 'New' }
    const body = { username, email: `${username}@example.org`, password, ...names, ...more }
    return anonymous('/api/auth/register', { method: 'POST', body })
  }
  const login = (username: string, typed = password) =>
    anonymous('/api/auth/login', { method: 'POST', body: { username, password: typed } })
  const activate = (username: string) =>
    world.sql(
      'auth',
      `update membership set status = 'active' from account
        where account.id = account_id and username = $1`,
      [username],
    )

  await t.test('defect 1: without a token nobody sees or changes anybody’s staff', async (t) => {
    const one = `/api/users/${riverside.nurse.account_id}`
    for (const [method, path] of [
      ['GET', '/api/users'],
      ['GET', one],
      ['PATCH', one],
      ['DELETE', one],
      ['POST', '/api/invitations'],
    ] as const) {
      const answer = await anonymous(path, { method, ...(method !== 'GET' && { body: {} }) })
      t.ok([401, 404].includes(answer.status), `${method} ${path} ${answer.status}`)
      t.notMatch(answer.text, /riversidecanary|nurse/i)
    }
    t.same(
      await world.sql('auth', 'select status from membership where account_id = $1', [
        riverside.nurse.account_id,
      ]),
      [{ status: 'active' }],
    )
  })

  await t.test('defect 2: who registers gets no role, no tokens and no entry', async (t) => {
    const asAdmin = await register('wants.admin', { hospital_id: CITY.id, role: 'admin' })
    t.equal(asAdmin.status, 400)
    const answer = await register('newcomer', { hospital_id: CITY.id })
    t.match(jsonOf(answer), { role: 'staff', status: 'pending' })
    t.notMatch(answer.text, /token/)
    t.match(jsonOf(await login('newcomer')), { status: 403, code: 'account_pending' })
  })

  await t.test('defect 3: naming another hospital’s administrator moves nobody', async (t) => {
    const email = `${riverside.admin.username}@example.org`
    const invite = { method: 'POST', body: { email, role: 'staff' } }
    t.equal((await scene.as(city.receptionist)('/api/invitations', invite)).status, 403)
    const invited = await admin('/api/invitations', invite)
    t.equal(invited.status, 201, 'as for an address that nobody has')
    const [held] = await world.sql(
      'auth',
      'select hospital_id, role, status from membership where account_id = $1',
      [riverside.admin.account_id],
    )
    t.same(held, { hospital_id: RIVERSIDE.id, role: 'admin', status: 'active' })
    t.equal((await scene.as(riverside.admin)('/api/users')).status, 200)
    const path = `/api/users/${riverside.admin.account_id}`
    const demote = { method: 'PATCH', body: { role: 'staff', status: 'disabled' } }
    t.equal((await admin(path, demote)).status, 404)
    t.equal((await admin(`/api/users/${platform.account_id}`, demote)).status, 404)
  })

  await t.test('defect 4: no hospital, or a bad token, is nobody’s key', async (t) => {
    await create(riverside.admin, { ...aNewcomer(), first_name: 'Riversidecanary' })
    for (const path of [
      '/api/patients',
      '/api/patients/stats',
      '/api/users',
      '/api/audit/events',
    ]) {
      const answer = await scene.as(platform)(path)
      t.match(jsonOf(answer), { status: 403, code: 'no_hospital_context' }, path)
      for (const token of ['', 'x', `${tokenOf(world, city.admin)}x`]) {
        t.equal((await anonymous(path, { token })).status, 401)
      }
    }
  })

  await t.test('defect 5: no change moves a record to another hospital', async (t) => {
    const { id } = await create()
    const path = `/api/patients/${id}`
    for (const [name, status] of [
      ['hospital_id', 403],
      ['hospital', 400],
    ] as const) {
      const body = { ...aNewcomer(), [name]: RIVERSIDE.id }
      for (const method of ['PATCH', 'PUT'])
        t.equal((await admin(path, { method, body })).status, status, `${method} ${name}`)
    }
    t.same(await world.sql('patient', 'select hospital_id from patient where id = $1', [id]), [
      { hospital_id: CITY.id },
    ])
  })

  await t.test('defect 7: after a logout neither token is good', async (t) => {
    await register('leaver', { hospital_id: CITY.id })
    await activate('leaver')
    const { access_token: token, refresh_token } = jsonOf(await login('leaver'))
    const refresh = () =>
      anonymous('/api/auth/refresh', { method: 'POST', body: { refresh_token } })
    t.equal((await anonymous('/api/auth/logout', { method: 'POST', token })).status, 204)
    t.equal((await refresh()).status, 401)
    t.equal((await refresh()).status, 401)
  })

  await t.test('defect 8: the eleventh wrong password is not looked at', async (t) => {
    await register('guessed', { hospital_id: CITY.id })
    await activate('guessed')
    const statuses = []
    for (let tries = 0; tries < 11; tries += 1)
      statuses.push((await login('guessed', `wrong ${tries}`)).status)
    t.same(statuses, [...Array(10).fill(401), 429])
  })

  await t.test('defect 9: what another hospital has is as if it were not there', async (t) => {
    const theirs = await create(riverside.admin, { ...aNewcomer(), national_id: 'ID-1' })
    const bytes = async (id: string) => {
      const { text } = await admin(`/api/patients/${id}`)
      return text.replace(/"request_id":"[^"]*"/, '').replace(id, '')
    }
    t.equal(await bytes(theirs.id), await bytes('0190d1f0-0000-7000-8000-00000000dead'))
    const ours = await create(city.admin, { ...aNewcomer(), national_id: 'ID-1' })
    t.ok(ours.id, 'the same national id in two hospitals')
  })

  await t.test('defect 10: the desk neither deactivates nor reads diagnoses', async (t) => {
    const { id } = await create(city.admin, { ...aNewcomer(), medical_history: 'Asthma' })
    const desk = scene.as(city.receptionist)
    t.equal((await desk(`/api/patients/${id}`, { method: 'DELETE' })).status, 403)
    t.notMatch((await desk(`/api/patients/${id}`)).text, /Asthma|medical_history/)
  })

  await t.test('defect 12: nobody deletes a hospital, and nothing goes with it', async (t) => {
    const path = `/api/hospitals/${CITY.id}`
    for (const person of [platform, city.admin]) {
      const answer = await scene.as(person)(path, { method: 'DELETE' })
      t.ok([404, 405].includes(answer.status), `${person.role}: ${answer.status}`)
    }
    for (const service of ['auth', 'hospital', 'patient', 'audit'] as const) {
      const cascades = await world.sql(
        service,
        `select conrelid::regclass::text as of from pg_constraint where contype = 'f' and confdeltype <> 'a'
          and not (conrelid = to_regclass('refresh_token') and confrelid = to_regclass('session'))`,
      )
      t.same(cascades, [], service)
    }
  })

  await t.test('defect 6: a suspended hospital lets nobody in', async (t) => {
    await register('worker', { hospital_id: CITY.id })
    await activate('worker')
    t.equal((await login('worker')).status, 200)
    const suspend = { method: 'PATCH', body: { is_active: false } }
    t.equal((await scene.as(platform)(`/api/hospitals/${CITY.id}`, suspend)).status, 200)
    // As the event tells it; how fast it does is the proof `sessions`.
    await world.sql('auth', 'update hospital set is_active = false where hospital_id = $1', [
      CITY.id,
    ])
    t.match(jsonOf(await login('worker')), { status: 403, code: 'hospital_suspended' })
  })
})

t.test('defect 11: no secret, database or environment is part of the source', async (t) => {
  const files = sourceFiles('.')
  t.ok(files.includes('README.md') && files.length > 300, `${files.length} files`)
  t.same(
    files.filter((file) => /(^|\/)(\.env|.*\.(pem|key|p12|sqlite3?|db|pyc))$/.test(file)),
    [],
  )
  const secrets = [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]{16}/,
    /"d"\s*:\s*"[A-Za-z0-9_-]{43}"/,
    /\b(AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36})\b/,
  ]
  const hasSecret = (text: string) => secrets.some((secret) => secret.test(text))
  t.ok(hasSecret(`{"d":"${'x'.repeat(43)}"}`), 'would be seen')
  t.same(
    files.filter((file) => hasSecret(readFileSync(join(ROOT, file), 'utf8'))),
    [],
  )
})

/** What a clone has: neither what is installed nor what a cluster keeps. */
function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return isKept(entry.name) ? [] : sourceFiles(path)
    return entry.isFile() && !/\.(tsbuildinfo|log)$/.test(entry.name) ? [path] : []
  })
}

function isKept(name: string): boolean {
  return ['node_modules', '.git', '.tap', 'secrets'].includes(name) || name.startsWith('.wardstone')
}
