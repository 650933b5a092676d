import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { stoppableNats } from '@wardstone/cluster/testing'
import { ensureStreams } from '@wardstone/events'
import t from 'tap'
import type { Hospital } from '../src/hospitals/schemas.ts'
import { build } from './helper.ts'

/** Sooner than anything kept grows old by itself. */
const SOON_MS = 5000

async function soon(holds: () => Promise<boolean>): Promise<boolean> {
  const end = Date.now() + SOON_MS
  while (!(await holds())) {
    if (Date.now() > end) return false
    await sleep(10)
  }
  return true
}

t.test('the profile of a hospital, kept by two instances of the service', async (t) => {
  const nats = await stoppableNats(t)
  await ensureStreams(nats.natsUrl)
  const one = await build(t, { natsUrl: nats.natsUrl })
  const other = await build(t, { natsUrl: nats.natsUrl, urls: one.urls })
  const [city, riverside] = [await one.hospital(), await one.hospital()]
  type Instance = typeof one
  const addressAt = async (instance: Instance, hospital: Hospital) =>
    (await instance.admin(hospital).get(`/api/hospitals/${hospital.id}`)).json<Hospital>().address
  /** Changes it in the database, which nobody is told of. */
  const changeUnheard = async ({ id }: Hospital) => {
    const address = randomUUID()
    await one.sql('update hospital set address = $1 where id = $2', [address, id])
    return address
  }
  const isKept = async (instance: Instance, hospital: Hospital) => {
    await addressAt(instance, hospital)
    return (await changeUnheard(hospital)) !== (await addressAt(instance, hospital))
  }

  await t.test('both keep it', async (t) => {
    for (const instance of [one, other])
      for (const hospital of [city, riverside]) t.ok(await soon(() => isKept(instance, hospital)))
  })

  for (const [who, change] of [
    ['its own administrator', (hospital: Hospital) => one.admin(hospital)],
    ['the platform', () => one.platform],
  ] as const) {
    await t.test(
      `what ${who} changes at one is seen there at once, at the other soon`,
      async (t) => {
        t.ok(await soon(() => isKept(other, city)))
        const address = `Street of ${who}`
        const answer = await change(city).patch(`/api/hospitals/${city.id}`, {
          payload: { address },
        })
        t.equal(answer.statusCode, 200)
        t.equal(await addressAt(one, city), address)
        t.ok(await soon(async () => (await addressAt(other, city)) === address))
      },
    )
  }

  await t.test('two hospitals never see each other’s', async (t) => {
    const asked = Array.from({ length: 100 }, async (_, index) => {
      const hospital = index % 2 ? city : riverside
      const answer = await one.admin(hospital).get(`/api/hospitals/${hospital.id}`)
      return answer.json<Hospital>().id === hospital.id
    })
    t.ok((await Promise.all(asked)).every(Boolean))
    const foreign = await one.admin(city).get(`/api/hospitals/${riverside.id}`)
    t.equal(foreign.statusCode, 404, 'though it is kept')
  })

  await t.test('without NATS every answer is fresh', async (t) => {
    await nats.stopNats()
    for (const instance of [one, other]) {
      t.ok(await soon(async () => !(await isKept(instance, city))))
      for (let change = 0; change < 5; change += 1) {
        const address = await changeUnheard(city)
        t.equal(await addressAt(instance, city), address)
      }
    }
  })

  await t.test('and after it, nothing is left of before', async (t) => {
    const address = await changeUnheard(riverside)
    await nats.startNats()
    t.ok(await soon(() => isKept(other, city)))
    t.equal(await addressAt(other, riverside), address)
  })
})
