import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import t from 'tap'
import type { SignedIn } from '../src/sessions/schemas.ts'
import { build, CITY, claimsOf, RIVERSIDE } from './helper.ts'

type Service = Awaited<ReturnType<typeof build>>

/** A person who signed in from so many devices, the first one last. */
async function devices({ somebody, join, from, as }: Service, count: number) {
  const person = await somebody()
  await join(person.id, { hospital_id: RIVERSIDE.id, role: 'nurse' })
  const { username, password } = person
  const all = []
  for (let index = 0; index < count; index += 1) {
    const device = from({ ip: `198.51.100.${index}`, user_agent: `device ${index}` })
    const hospital_id = index % 2 ? RIVERSIDE.id : CITY.id
    const answer = await device.post('/api/auth/login', {
      payload: { username, password, hospital_id },
    })
    const signedIn = answer.json<SignedIn>()
    const claims = claimsOf(signedIn.access_token)
    all.push({ ...signedIn, claims, caller: as(claims), id: String(claims.session_id) })
  }
  return { person, all }
}

t.test('GET /api/auth/sessions', async (t) => {
  const service = await build(t)
  const { signedIn, refresh, sql } = service
  const { all } = await devices(service, 3)
  const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]]

  await t.test('shows every open session of the person, in every hospital', async (t) => {
    await signedIn()
    const answer = await first.caller.get('/api/auth/sessions')
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    const { results, next_cursor } = answer.json()
    t.equal(next_cursor, null)
    t.match(results, [
      { id: third.id, user_agent: 'device 2', ip: '198.51.100.2', current: false },
      {
        id: second.id,
        user_agent: 'device 1',
        current: false,
        hospital_id: RIVERSIDE.id,
        hospital_name: RIVERSIDE.name,
      },
      { id: first.id, current: true, hospital_id: CITY.id, hospital_name: CITY.name },
    ])
    t.equal(results.length, 3)
    t.equal(results[0].last_used_at, results[0].created_at)
    t.equal(Date.parse(results[0].expires_at) - Date.parse(results[0].created_at), 86_400_000)
    t.notMatch(answer.body, /hash|account_id/)
  })

  await t.test('tells when a session was last refreshed', async (t) => {
    await sleep(2)
    await refresh(second.refresh_token)
    const { results } = (await first.caller.get('/api/auth/sessions')).json()
    const used = results.find(({ id }: { id: string }) => id === second.id)
    t.ok(used.last_used_at > used.created_at)
  })

  await t.test('in pages, whose cursor is the person’s own', async (t) => {
    const page = (await first.caller.get('/api/auth/sessions?limit=2')).json()
    t.same(
      page.results.map(({ id }: { id: string }) => id),
      [third.id, second.id],
    )
    const next = `/api/auth/sessions?limit=2&cursor=${page.next_cursor}`
    t.match((await first.caller.get(next)).json(), {
      results: [{ id: first.id }],
      next_cursor: null,
    })
    const oldest = '/api/auth/sessions?limit=2&ordering=created_at'
    const { next_cursor, ...start } = (await first.caller.get(`${oldest}&count=true`)).json()
    t.match(start, { results: [{ id: first.id }, { id: second.id }], count: 3 })
    t.match((await first.caller.get(`${oldest}&cursor=${next_cursor}`)).json(), {
      results: [{ id: third.id }],
      next_cursor: null,
    })
    const other = await signedIn()
    t.equal((await other.caller.get(next)).statusCode, 400)
  })

  await t.test('leaves out what has ended or expired', async (t) => {
    await third.caller.post('/api/auth/logout')
    await sql("update session set expires_at = now() - interval '1 s' where id = $1", [second.id])
    const { results } = (await first.caller.get('/api/auth/sessions')).json()
    t.same(
      results.map(({ id }: { id: string }) => id),
      [first.id],
    )
  })

  await t.test('a platform administrator’s has no hospital', async (t) => {
    const { caller } = await signedIn({ hospital_id: PLATFORM_HOSPITAL_ID, role: 'platform_admin' })
    t.match((await caller.get('/api/auth/sessions')).json().results, [
      { hospital_id: null, hospital_name: null, current: true },
    ])
  })
})

t.test('DELETE /api/auth/sessions/{id}', async (t) => {
  const service = await build(t)
  const { signedIn, refresh, sql, as, auditEvents, domainEvents } = service
  const { all } = await devices(service, 3)
  const [first, second, third] = all as [(typeof all)[0], (typeof all)[0], (typeof all)[0]]
  const end = (caller: ReturnType<typeof as>, id: string) =>
    caller.delete(`/api/auth/sessions/${id}`)

  await t.test('ends a session in another hospital with both its tokens', async (t) => {
    const answer = await end(first.caller, second.id)
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
    t.equal((await refresh(second.refresh_token)).statusCode, 401)
    const [row] = await sql('select * from session where id = $1', [second.id])
    t.match(row, { ended_at: Date, end_reason: 'ended_by_owner' })
    t.match((await domainEvents()).at(-1), { session_id: second.id })
    const { revocations } = (await as({ role: 'system' }).get('/internal/revocations')).json()
    t.match(revocations, [{ kind: 'session', id: second.id }])
    t.match((await auditEvents()).at(-1), {
      action: 'auth.session_ended',
      outcome: 'success',
      hospital_id: RIVERSIDE.id,
      actor: { id: first.user.id, role: 'nurse', session_id: first.id },
      entity: { type: 'session', id: second.id },
    })
    t.equal((await refresh(third.refresh_token)).statusCode, 200)
  })

  await t.test('one’s own current session too', async (t) => {
    t.equal((await end(third.caller, third.id)).statusCode, 204)
    t.equal((await refresh(third.refresh_token)).statusCode, 401)
  })

  await t.test('somebody else’s, an unknown one and one that is over: the same 404', async (t) => {
    const other = await signedIn()
    const bodies = []
    for (const id of [String(other.claims.session_id), randomUUID(), second.id]) {
      const answer = await end(first.caller, id)
      t.equal(answer.statusCode, 404)
      const { request_id: _, ...body } = answer.json()
      bodies.push(JSON.stringify([body, Object.keys(answer.headers)]))
      t.match((await auditEvents()).at(-1), {
        action: 'auth.session_ended',
        outcome: 'failure',
        reason: 'not_found',
        hospital_id: CITY.id,
        entity: { id },
      })
    }
    t.equal(new Set(bodies).size, 1)
    t.equal((await refresh(other.refresh_token)).statusCode, 200)
  })

  await t.test('an id that is none is 400', async (t) => {
    t.equal((await end(first.caller, 'current')).statusCode, 400)
  })
})
