import { randomUUID } from 'node:crypto'
import { createLogger } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import t from 'tap'
import type { Database } from '../src/database/schema.ts'
import { HospitalRepository } from '../src/hospitals/repository.ts'
import { build } from './helper.ts'

t.test('two hospitals × every route on one hospital', async (t) => {
  const { as, hospital, admin, auditEvents, outbox } = await build(t)
  const city = await hospital()
  const riverside = await hospital({ address: 'Riverside canary' })
  const onOne = (id: string) =>
    [
      ['GET', () => admin(city).get(`/api/hospitals/${id}`)],
      [
        'PATCH',
        () => admin(city).patch(`/api/hospitals/${id}`, { payload: { address: 'City was here' } }),
      ],
    ] as const

  for (const [index, [method, ask]] of onOne(riverside.id).entries()) {
    await t.test(
      `${method}: another hospital’s id answers the same bytes as an unknown one`,
      async (t) => {
        const theirs = await ask()
        const nobodys = (await onOne(randomUUID())[index]?.[1]()) as typeof theirs
        t.equal(theirs.statusCode, 404)
        t.equal(withoutRequestId(theirs.body), withoutRequestId(nobodys.body))
        t.same(Object.keys(theirs.headers), Object.keys(nobodys.headers))
      },
    )
  }

  await t.test('members of every role see their own hospital only', async (t) => {
    for (const role of ['admin', 'doctor', 'nurse', 'receptionist', 'staff'] as const) {
      const member = as({ role, hospital_id: city.id })
      t.equal((await member.get(`/api/hospitals/${city.id}`)).json().name, city.name, role)
      t.equal((await member.get(`/api/hospitals/${riverside.id}`)).statusCode, 404, role)
    }
  })

  await t.test('a platform administrator sees each', async (t) => {
    for (const { id, name } of [city, riverside]) {
      t.equal((await as({ role: 'platform_admin' }).get(`/api/hospitals/${id}`)).json().name, name)
    }
    t.equal(
      (await as({ role: 'platform_admin' }).get(`/api/hospitals/${randomUUID()}`)).statusCode,
      404,
    )
  })

  await t.test('a role of a hospital without a hospital sees none', async (t) => {
    const nowhere = await as({ role: 'admin', hospital_id: null }).get(`/api/hospitals/${city.id}`)
    t.match(nowhere.json(), { status: 403, code: 'no_hospital_context' })
  })

  await t.test('every attempt is on the caller’s record, none on the other’s', async (t) => {
    const attempts = (await auditEvents()).filter(({ action }) => action === 'access.denied')
    t.equal(attempts.filter(({ entity }) => entity?.id === riverside.id).length, 7)
    t.ok(attempts.every(({ hospital_id }) => hospital_id === city.id))
    const theirs = (await outbox()).filter(({ hospital_id }) => hospital_id === riverside.id)
    t.equal(theirs.length, 4, 'its creation only')
    t.notMatch(JSON.stringify(await outbox()), /canary/)
  })
})

t.test('each wall holds without the other', async (t) => {
  const { hospital, sql, urls } = await build(t)
  const [city, riverside] = [await hospital(), await hospital()]
  const database = new TenantDatabase<Database>({
    url: urls.databaseUrl,
    poolSize: 2,
    applicationName: 'walls',
    logger: createLogger('walls', 'silent'),
  })
  t.teardown(() => database.close())
  const tenant = database.tenant(identityAt(city.id))

  await t.test(
    'a query without the predicate: row-level security hides the other hospital',
    async (t) => {
      t.same(await tenant.db.selectFrom('hospital').select('id').execute(), [{ id: city.id }])
      const moved = await tenant.db
        .updateTable('hospital')
        .set({ address: 'x' })
        .where('id', '=', riverside.id)
        .executeTakeFirst()
      t.equal(moved.numUpdatedRows, 0n)
    },
  )

  await t.test('no request can suspend, rename, create or delete a hospital', async (t) => {
    const denied = { code: '42501' }
    const { db } = tenant
    await t.rejects(db.updateTable('hospital').set({ is_active: false }).execute(), denied)
    await t.rejects(db.updateTable('hospital').set({ name: 'x' }).execute(), denied)
    await t.rejects(
      db
        .insertInto('hospital')
        .values({ id: randomUUID(), name: 'x', slug: 'x' } as never)
        .execute(),
      denied,
    )
    await t.rejects(db.deleteFrom('hospital').execute(), denied)
  })

  await t.test('row-level security off: the repository hides the other hospital', async (t) => {
    await sql('alter table hospital disable row level security')
    t.equal(
      (await tenant.db.selectFrom('hospital').select('id').execute()).length,
      2,
      'the wall is down',
    )
    const repository = new HospitalRepository(tenant)
    t.equal((await repository.find())?.id, city.id)
    await repository.change(() => ({ fields: { address: 'Only here' }, events: [] }))
    t.same(await sql('select id from hospital where address is not null'), [{ id: city.id }])
  })
})

function identityAt(hospital_id: string) {
  return {
    role: 'admin' as const,
    hospital_id,
    hospital_name: 'City',
    user_id: randomUUID(),
    username: 'city',
    session_id: randomUUID(),
    request_id: randomUUID(),
    ip: '::1',
    user_agent: null,
  }
}

function withoutRequestId(body: string): string {
  return body.replace(/"request_id":"[^"]*"/, '')
}
