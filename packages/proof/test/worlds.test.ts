import fc from 'fast-check'
import t from 'tap'
import { goodRequest } from '../src/generate/requests.ts'
import { CITY, RIVERSIDE } from '../src/hospitals.ts'
import { registerPatients } from '../src/worlds/data.ts'
import { TwoWorlds } from '../src/worlds/two-worlds.ts'
import { workload } from '../src/worlds/workload.ts'

const SEED = 1
const STOCK = { cityPatients: 10, riversidePatients: 30, riversideRequests: 20 }
const REQUESTS = 60

t.test('two worlds', async (t) => {
  const worlds = await TwoWorlds.open(SEED, STOCK)
  t.teardown(() => worlds.close())

  await t.test('no answer to CITY depends on what RIVERSIDE has', async (t) => {
    await worlds.tour()
    await worlds.play(workload(worlds.operations, SEED, REQUESTS), () => undefined)
    const { checks, failures } = worlds.result()
    t.same(failures, [])
    t.ok(checks > REQUESTS)
  })

  await t.test(
    'a wall that is missing is seen: record numbers counted for all hospitals',
    async (t) => {
      await worlds.full.sql(
        'patient',
        `create function count_for_all() returns trigger language plpgsql security definer as $$
        begin
          update mrn_counter set last_number = last_number + 1 where hospital_id = '${CITY.id}';
          return new;
        end $$;
      create trigger count_for_all after insert on patient for each row
        when (new.hospital_id = '${RIVERSIDE.id}') execute function count_for_all()`,
      )
      const patients = { seed: SEED, count: 3 }
      await registerPatients(worlds.neighbour.voice, worlds.operations, patients)
      const create = worlds.operations.find(({ name }) => name === 'POST /api/patients')
      const requests = fc.sample(goodRequest(create as typeof create & object), {
        seed: SEED,
        numRuns: 3,
      })
      const names = { first_name: 'Ada', last_name: 'Obi', date_of_birth: '1970-01-01' }
      const steps = requests.map((request) => {
        const body = { ...names, confirm_duplicate: true }
        return { kind: 'request' as const, request: { ...request, body } }
      })
      await worlds.play(steps, () => undefined)
      const { failures } = worlds.result()
      t.match(failures[0], /POST \/api\/patients .*\/mrn: "CGH-\d+" ≠ "CGH-\d+" .*\[seed 1\]/)
    },
  )
})
