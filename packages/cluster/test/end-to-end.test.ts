import { randomUUID } from 'node:crypto'
import { appendFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { completeness } from '../src/audit-complete/completeness.ts'
import { type Documented, permissionsIn } from '../src/audit-complete/due.ts'
import { restart } from '../src/restarts/restart.ts'
import { SteadyLoad } from '../src/restarts/steady-load.ts'
import { type Answer, Client, clusterFile, PROCESSES } from './cluster-client.ts'
import { answers, eventually, run, temporaryFolder } from './helper.ts'

const CITY = 'admin_city_general_hospital'
const RIVERSIDE = 'admin_riverside_medical_center'
const patient = { first_name: 'Amina', last_name: 'Okafor', date_of_birth: '1984-05-17' }
const newcomer = { ...patient, confirm_duplicate: true }

async function start(t: Test, data: string) {
  const cluster = run(t, '../src/main.ts', [], { WARDSTONE_PORT: '0', WARDSTONE_DATA: data })
  await eventually(() => cluster.output.some((line) => line.startsWith('wardstone ready')), 180)
  const url = /^wardstone ready: (http:\S+)$/.exec(cluster.output.at(-1) ?? '')?.[1]
  if (!url) throw new Error(cluster.output.join('\n'))
  return { ...cluster, url }
}

t.test('the whole cluster', async (t) => {
  const data = temporaryFolder(t)
  const cluster = await start(t, data)
  const { url } = cluster
  const city = await Client.signedIn(url, CITY)
  const riverside = await Client.signedIn(url, RIVERSIDE)
  const create = async (client: Client) => (await client.post('/api/patients/', newcomer)).json

  await t.test('cluster.json is for the owner only and names every part', async (t) => {
    t.equal(statSync(join(data, 'cluster.json')).mode & 0o077, 0)
    const parts = clusterFile(data)
    for (const name of [...PROCESSES, 'postgres', 'nats']) {
      t.match(parts[name], { pid: Number, port: Number, url: String }, name)
    }
    t.equal(parts.gateway?.url, url)
  })

  await t.test('the seed’s flow, with its trailing slashes', async (t) => {
    const client = await Client.signedIn(url, CITY)
    const profile = await client.get('/api/auth/profile/')
    t.match(profile.json, { username: CITY, role: 'admin', hospital_name: 'City General Hospital' })
    t.equal(profile.headers.get('x-hospital-id'), client.hospitalId)
    t.equal(profile.headers.get('x-hospital-name'), 'City General Hospital')
    t.equal((await new Client(url).get('/api/hospitals/')).json.results.length, 3)

    const created = await client.post('/api/patients/', newcomer)
    t.equal(created.status, 201)
    const one = `/api/patients/${created.json.id}/`
    t.equal((await client.get(one)).status, 200)
    const changed = await client.put(one, { ...patient, first_name: 'Aminata' })
    t.match(changed.json, { first_name: 'Aminata', version: 2 })
    t.equal((await client.get('/api/patients/')).json.results[0].id, created.json.id)
    t.equal((await client.get('/api/patients/search/?q=aminata')).json.results.length, 1)
    t.type((await client.get('/api/patients/stats/')).json.total, 'number')
    t.match((await client.delete(one)).json, { is_active: false })

    t.equal((await client.post('/api/auth/logout/')).status, 204)
    await sleep(1000)
    t.equal((await client.get('/api/auth/profile/')).status, 401, 'within a second')
    const refreshed = await client.post('/api/auth/refresh', { refresh_token: client.refreshToken })
    t.equal(refreshed.status, 401, 'the refresh token too')
  })

  await t.test('the desk finds a slot, books it once and checks the patient in', async (t) => {
    const clerk = await Client.signedIn(url, 'receptionist_city_general_hospital')
    const [doctor] = (await clerk.get('/api/doctors/?is_active=true&limit=1')).json.results
    const day = (days: number) =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
    const query = `doctor_id=${doctor.id}&from=${day(1)}&to=${day(30)}`
    const free = (await clerk.get(`/api/appointments/slots/?${query}`)).json.results
    const { starts_at } = free[0]
    const booking = async () => ({
      patient_id: (await create(clerk)).id,
      doctor_id: doctor.id,
      starts_at,
    })
    const booked = await clerk.post('/api/appointments/', await booking())
    t.equal(booked.status, 201, booked.text)
    t.match((await clerk.post('/api/appointments', await booking())).json, { code: 'slot_taken' })
    const one = `/api/appointments/${booked.json.id}`
    const came = await clerk.post(`${one}/transitions/`, { to: 'checked_in' })
    t.match(came.json, { status: 'checked_in', queue_number: 1 })
    t.equal((await riverside.get(one)).status, 404)
    const recorded = async () => {
      const path = `/api/audit/events?patient_id=${booked.json.patient_id}`
      const events: { action: string }[] = (await city.get(path)).json.results
      return events.map(({ action }) => action).filter((action) => action !== 'audit.read')
    }
    const wanted = ['appointment.status_changed', 'appointment.created', 'patient.created']
    await eventually(async () => (await recorded()).length >= wanted.length)
    t.same([...(await recorded())].sort(), [...wanted].sort())
  })

  await t.test('City’s token and Riverside’s ids: the bytes of an unknown id', async (t) => {
    const theirs = await create(riverside)
    const ask = (id: string): Promise<Answer>[] => [
      city.get(`/api/patients/${id}`),
      city.put(`/api/patients/${id}`, patient),
      city.patch(`/api/patients/${id}`, { first_name: 'X' }),
      city.delete(`/api/patients/${id}`),
      city.post(`/api/patients/${id}/reactivate`),
    ]
    const foreign = await Promise.all(ask(theirs.id))
    const unknown = await Promise.all(ask(randomUUID()))
    for (const [index, answer] of foreign.entries()) {
      t.equal(answer.status, 404)
      t.equal(withoutId(answer.text), withoutId(unknown[index]?.text ?? ''))
    }
    t.same((await riverside.get(`/api/patients/${theirs.id}`)).json, theirs, 'as it was')
    const found = await city.get(`/api/patients/search?q=${theirs.mrn}`)
    t.same(found.json.results, [])
  })

  await t.test('another hospital in the header is 403 in the seed’s words', async (t) => {
    const answer = await city.get('/api/patients/', { 'x-hospital-id': riverside.hospitalId })
    t.equal(answer.status, 403)
    t.equal(
      answer.json.detail,
      'Access denied: You can only access data from your assigned hospital',
    )
  })

  await t.test('nobody passes the gateway by', async (t) => {
    const parts = clusterFile(data)
    for (const [name, path] of [
      ['patient', '/api/patients'],
      ['hospital', `/api/hospitals/${city.hospitalId}`],
      ['auth', '/api/auth/profile'],
      ['audit', '/api/audit/events'],
      ['auth', '/internal/revocations'],
    ] as const) {
      const direct = new Client(parts[name]?.url ?? '')
      direct.token = city.token
      const answer = await direct.get(path, { 'x-hospital-id': city.hospitalId })
      t.equal(answer.status, 401, `${name} ${path}`)
    }
    t.equal((await city.get('/internal/revocations')).status, 404)
    t.equal((await city.get('/metrics')).status, 404)
  })

  await t.test('the audit has each access once, and no other hospital’s', async (t) => {
    const client = await Client.signedIn(url, 'nurse_city_general_hospital')
    const { id } = await create(client)
    client.requestIds.length = 0
    await client.get(`/api/patients/${id}`)
    await client.get('/api/patients')
    await client.get('/api/patients/search?q=okafor')
    await client.get('/api/patients/stats')
    await client.patch(`/api/patients/${id}`, { address: 'Elsewhere 1' })
    await client.get(`/api/patients/${randomUUID()}`)
    await client.delete(`/api/patients/${id}`)
    await client.get('/api/patients', { 'x-hospital-id': riverside.hospitalId })
    const wanted = [...client.requestIds]

    const events = async () => {
      const page = (await city.get('/api/audit/events?limit=100')).json.results
      return page.filter((event: { request_id: string }) => wanted.includes(event.request_id))
    }
    await eventually(async () => (await events()).length >= wanted.length)
    const seen = await events()
    t.same(
      wanted.map(
        (id) => seen.find((event: { request_id: string }) => event.request_id === id)?.action,
      ),
      [
        'patient.read',
        'patient.listed',
        'patient.searched',
        'patient.stats_read',
        'patient.updated',
        'patient.read',
        'access.denied',
        'security.hospital_mismatch',
      ],
    )
    t.equal(seen.length, wanted.length, 'each once')
    t.match((await city.get('/api/audit/verify')).json, { ok: true })
    const theirs = (await riverside.get('/api/audit/events?limit=100')).text
    t.notMatch(theirs, new RegExp(`${city.hospitalId}|${wanted.join('|')}`))
    t.equal((await client.get('/api/audit/events')).status, 403, 'a nurse may not read it')
  })

  await t.test('the chain is verified from outside, as it stands', async (t) => {
    const verified = async (...args: string[]) => {
      const env = { WARDSTONE_DATA: data }
      const { exited, output } = run(t, '../src/audit-verify.ts', args, env)
      const [code] = await exited
      return { code, output: output.join('\n') }
    }
    const { hospitalId } = city
    t.match(await verified('--hospital', hospitalId), { code: 0, output: /"ok":true/ })
    t.match(await verified('--hospital', randomUUID()), { code: 2, output: /no entry/ })
    t.match(await verified(), { code: 2, output: /Usage/ })
  })

  await t.test('NATS away: 50 writes are taken, their events arrive once each', async (t) => {
    const { pid } = clusterFile(data).nats ?? { pid: 0 }
    process.kill(pid, 'SIGSTOP')
    const created = await Promise.all(
      Array.from({ length: 50 }, () => city.post('/api/patients', newcomer)),
    )
    t.ok(created.every(({ status }) => status === 201))
    process.kill(pid, 'SIGCONT')
    await allArrive(t, city, created)
  })

  await t.test('nats-server killed: it comes back, nothing is lost', async (t) => {
    process.kill(clusterFile(data).nats?.pid ?? 0, 'SIGKILL')
    const created = await Promise.all(
      Array.from({ length: 20 }, () => city.post('/api/patients', newcomer)),
    )
    t.ok(created.every(({ status }) => status === 201))
    await allArrive(t, city, created)
  })

  await t.test('PostgreSQL killed under load: 503, no process ends, all is back', async (t) => {
    const before = clusterFile(data)
    const acknowledged: string[] = []
    const statuses = new Set<number>()
    let stop = false
    const load = Array.from({ length: 8 }, async () => {
      while (!stop) {
        const answer = await city.post('/api/patients', newcomer)
        statuses.add(answer.status)
        if (answer.status === 201) acknowledged.push(answer.json.id)
        else t.ok(answer.headers.get('retry-after'), `${answer.status} says when to try again`)
      }
    })
    await sleep(500)
    process.kill(before.postgres?.pid ?? 0, 'SIGKILL')
    const killed = Date.now()
    const answering = async () => {
      const { pid, url = '' } = clusterFile(data).postgres ?? {}
      return pid !== before.postgres?.pid && (await answers(url))
    }
    t.ok(await eventually(answering, 60))
    const back = Date.now()
    t.ok(await eventually(async () => (await city.get('/api/patients')).status === 200, 60))
    t.comment(`PostgreSQL was away ${back - killed} ms, the API another ${Date.now() - back} ms`)
    await sleep(500)
    stop = true
    await Promise.all(load)

    t.ok(
      [...statuses].every((status) => status === 201 || status === 503),
      [...statuses].join(),
    )
    t.ok(statuses.has(503), 'the outage was seen')
    const after = clusterFile(data)
    for (const name of PROCESSES) t.equal(after[name]?.pid, before[name]?.pid, `${name} lives`)
    const lost = []
    for (const id of acknowledged)
      if ((await city.get(`/api/patients/${id}`)).status !== 200) lost.push(id)
    t.same(lost, [], `${acknowledged.length} acknowledged patients are there`)
    t.match((await city.get('/api/audit/verify')).json, { ok: true })
  })

  await t.test('a service killed is restarted under its port', async (t) => {
    const before = clusterFile(data).patient
    process.kill(before?.pid ?? 0, 'SIGKILL')
    t.ok(await eventually(() => clusterFile(data).patient?.pid !== before?.pid, 60))
    t.equal(clusterFile(data).patient?.port, before?.port)
    t.ok(await eventually(async () => (await city.get('/api/patients')).status === 200, 60))
  })

  await t.test('told to end under load, a process is succeeded and no request fails', async (t) => {
    const load = await SteadyLoad.start(url, 10)
    for (const name of ['gateway', 'patient', 'audit']) {
      const { gone } = await restart(data, name)
      t.ok(gone < 12_000, `${name} is gone after ${gone} ms`)
    }
    await load.stop()
    const { requests, failures } = load.take()
    // A machine that is busy with other tests may be too slow for an answer in time, and then says so.
    const brokenOff = failures.filter((failure) => !/: 503 /.test(failure))
    t.same(brokenOff, [], `${requests} requests`)
    t.match((await city.get('/api/audit/verify')).json, { ok: true })
  })

  await t.test('suspending a hospital ends its sessions within a second', async (t) => {
    const platform = await Client.signedIn(url, 'platform_admin')
    const clinic = await Client.signedIn(url, 'admin_st_marys_clinic')
    t.equal((await clinic.get('/api/patients')).status, 200)
    const path = `/api/hospitals/${clinic.hospitalId}`
    t.equal((await platform.patch(path, { is_active: false })).status, 200)
    await sleep(1000)
    t.equal((await clinic.get('/api/patients')).status, 401)
    const again = await new Client(url).post('/api/auth/login', {
      username: 'admin_st_marys_clinic',
      password: 'admin123',
    })
    t.match(again, { status: 403, json: { code: 'hospital_suspended' } })
    const refreshed = await clinic.post('/api/auth/refresh', { refresh_token: clinic.refreshToken })
    t.ok(refreshed.status === 401 || refreshed.status === 403)

    t.equal((await platform.patch(path, { is_active: true })).status, 200)
    await sleep(1000)
    t.equal((await clinic.get('/api/patients')).status, 401, 'the old session stays dead')
    const anew = await Client.signedIn(url, 'admin_st_marys_clinic')
    t.equal((await anew.get('/api/patients')).status, 200)
    t.match((await platform.get('/api/patients')).json, { code: 'no_hospital_context' })
  })

  await t.test(
    'every answer that has to be on record is, once; one that is not is seen',
    async (t) => {
      const document = (await (await fetch(`${url}/openapi.json`)).json()) as Documented
      const found = (patience: number) =>
        completeness({
          adminUrl: clusterFile(data).postgres?.url ?? '',
          logFile: (service) => join(data, 'logs', `${service}.log`),
          permissions: permissionsIn(document),
          patience,
        })
      const { due, missing, doubled } = await found(30_000)
      t.ok(due > 200, `${due} answers`)
      t.same({ missing, doubled }, { missing: [], doubled: [] })
      const read = { method: 'GET', route: '/api/patients/:id', status: 200 }
      const unseen = { request_id: randomUUID(), ...read, hospital_id: city.hospitalId }
      const line = { ...unseen, user_id: randomUUID(), msg: 'request completed' }
      appendFileSync(join(data, 'logs', 'patient.log'), `${JSON.stringify(line)}\n`)
      t.match((await found(0)).missing, [{ service: 'patient', ...unseen }])
    },
  )

  await t.test('killed with kill -9, the next start cleans up and keeps the data', async (t) => {
    const { id } = await create(city)
    const before = clusterFile(data)
    cluster.child.kill('SIGKILL')
    await cluster.exited
    const next = await start(t, data)
    const again = await Client.signedIn(next.url, CITY)
    t.equal((await again.get(`/api/patients/${id}`)).status, 200)
    t.match((await again.get('/api/audit/verify')).json, { ok: true })
    for (const [name, { pid }] of Object.entries(before))
      t.notOk(isAlive(pid), `old ${name} is gone`)

    const parts = clusterFile(data)
    next.child.kill('SIGINT')
    t.same(await next.exited, [0, null], 'Ctrl-C is a clean end')
    for (const [name, { pid }] of Object.entries(parts)) t.notOk(isAlive(pid), `${name} is gone`)
    await t.rejects(fetch(next.url), 'the port is free')
  })
})

async function allArrive(t: Test, admin: Client, created: Answer[]) {
  const ids = new Set(created.map(({ json }) => json.id))
  const arrived = async () => {
    const seen: string[] = []
    let cursor = ''
    for (let pages = 0; pages < 5; pages += 1) {
      const page = (await admin.get(`/api/audit/events?action=patient.created&limit=100${cursor}`))
        .json
      seen.push(...page.results.map((event: { entity: { id: string } }) => event.entity.id))
      if (page.next_cursor === null) break
      cursor = `&cursor=${page.next_cursor}`
    }
    return seen.filter((id) => ids.has(id))
  }
  await eventually(async () => (await arrived()).length >= ids.size, 60)
  const seen = await arrived()
  t.equal(seen.length, ids.size, 'as many events as patients')
  t.equal(new Set(seen).size, ids.size, 'one each')
  t.match((await admin.get('/api/audit/verify')).json, { ok: true })
}

function withoutId(text: string): string {
  return text.replace(/"request_id":"[^"]*"/, '')
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
