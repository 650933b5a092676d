import t from 'tap'
import { HospitalCache, type News, type Tenant, TenantDatabase } from '../src/index.ts'
import { CITY, logger, member, RIVERSIDE } from './helper.ts'

/** Nothing listens there: what is kept here comes from no database. */
const NOWHERE = 'postgres://nobody@127.0.0.1:1/nothing'
const database = new TenantDatabase({ url: NOWHERE, poolSize: 1, applicationName: 'x', logger })
const [city, riverside] = [database.tenant(member(CITY)), database.tenant(member(RIVERSIDE))]
t.teardown(() => database.close())

/** A cache, what it hears, and a loader whose every load is counted and ends when the test says so. */
function build(limits?: { max: number; ttl: number }) {
  let listener: Parameters<News['listen']>[0] | undefined
  const news = {
    isHearing: true,
    listen: (given: NonNullable<typeof listener>) => {
      listener = given
    },
  }
  const cache = new HospitalCache<{ name: string }>(news, limits)
  const loads: { of: string; end: (name: string | undefined) => void; fail: () => void }[] = []
  const get = (tenant: Tenant<unknown>) =>
    cache.get(
      tenant,
      () =>
        new Promise((resolve, reject) => {
          loads.push({
            of: tenant.hospitalId,
            end: (name) => resolve(name === undefined ? undefined : { name }),
            fail: () => reject(new Error('away')),
          })
        }),
    )
  /** Asks, and ends the load that this takes. */
  const ask = async (tenant: Tenant<unknown>, name: string) => {
    const asked = get(tenant)
    loads.at(-1)?.end(name)
    return (await asked)?.name
  }
  return { cache, news, loads, get, ask, listener: listener as NonNullable<typeof listener> }
}

t.test('each hospital has its own, loaded once for all who ask meanwhile', async (t) => {
  const { loads, get } = build()
  const asked = [get(city), get(riverside), get(city), get(database.tenant(member(CITY)))]
  t.same(
    loads.map(({ of }) => of),
    [CITY, RIVERSIDE],
  )
  for (const { of, end } of loads) end(of)
  const found = await Promise.all([...asked, get(city), get(riverside)])
  t.same(
    found.map((each) => each?.name),
    [CITY, RIVERSIDE, CITY, CITY, CITY, RIVERSIDE],
  )
  t.equal(loads.length, 2)
  t.throws(() => Object.assign(found[0] ?? {}, { name: 'x' }), TypeError, 'shared, so frozen')
})

for (const [what, change] of [
  ['a change of its own', ({ cache }) => cache.forget(CITY)],
  ['news of a change', ({ listener }) => listener.changed(CITY)],
  ['news that were missed', ({ listener }) => listener.missed()],
] as [string, (built: ReturnType<typeof build>) => void][]) {
  t.test(`after ${what} it is loaded anew, and a load that began before is not kept`, async (t) => {
    const built = build()
    const { loads, get, ask } = built
    t.equal(await ask(city, 'old'), 'old')
    change(built)
    const before = get(city)
    change(built)
    const after = get(city)
    t.equal(loads.length, 3)
    loads[2]?.end('new')
    loads[1]?.end('older')
    t.same(await Promise.all([before, after]), [{ name: 'older' }, { name: 'new' }])
    t.equal((await get(city))?.name, 'new')
    t.equal(loads.length, 3)
  })
}

t.test('a change of one hospital leaves the others alone', async (t) => {
  const { cache, loads, ask } = build()
  await ask(city, 'city')
  await ask(riverside, 'riverside')
  cache.forget(CITY)
  t.equal(await ask(riverside, 'x'), 'riverside')
  t.equal(loads.length, 2)
})

t.test('while news are not heard every question is a load of its own', async (t) => {
  const { news, loads, get, ask, listener } = build()
  await ask(city, 'old')
  news.isHearing = false
  const asked = [get(city), get(city)]
  t.equal(loads.length, 3)
  for (const [index, { end }] of loads.entries()) end(`${index}`)
  t.same(await Promise.all(asked), [{ name: '1' }, { name: '2' }])
  listener.missed()
  news.isHearing = true
  t.equal(await ask(city, 'new'), 'new', 'nothing of that time was kept')
})

t.test('what is not there and what fails is not kept', async (t) => {
  const { loads, get, ask } = build()
  const nothing = get(city)
  loads[0]?.end(undefined)
  t.equal(await nothing, undefined)
  const failing = [get(city), get(city)]
  loads[1]?.fail()
  for (const each of failing) await t.rejects(each, /away/)
  t.equal(await ask(city, 'there'), 'there')
})

t.test('it keeps few, and none for long', async (t) => {
  const few = build({ max: 1, ttl: 60_000 })
  await few.ask(city, 'city')
  await few.ask(riverside, 'riverside')
  t.equal(await few.ask(city, 'again'), 'again')
  const brief = build({ max: 10, ttl: 1 })
  await brief.ask(city, 'old')
  await new Promise((resolve) => setTimeout(resolve, 10))
  t.equal(await brief.ask(city, 'new'), 'new')
})
