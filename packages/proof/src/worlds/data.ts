import type { World } from '@wardstone/cluster/testing'
import fc from 'fast-check'
import { goodRequest } from '../generate/requests.ts'
import type { Operation } from '../operations.ts'
import { fill } from './filling.ts'
import { Memory } from './memory.ts'
import type { Voice } from './voice.ts'

const CREATE = 'POST /api/patients'
const EVERY = '9 days'

/** The same patients each time: the first `count` of those of `seed`. */
export async function registerPatients(
  voice: Voice,
  operations: readonly Operation[],
  { seed, count }: { seed: number; count: number },
): Promise<void> {
  const create = operations.find(({ name }) => name === CREATE)
  if (!create) throw new Error(`There is no ${CREATE} any more.`)
  const nobody = new Memory()
  for (const request of fc.sample(goodRequest(create), { seed, numRuns: count })) {
    const body = { ...SOMEBODY, ...simple(request.body), confirm_duplicate: true }
    const asked = fill({ ...request, caller: 'doctor', body }, { own: nobody, foreign: nobody })
    const { status, text } = await voice.ask(asked)
    if (status !== 201) throw new Error(`A patient is not registered: ${status} ${text}`)
  }
}

const SOMEBODY = { first_name: 'Ada', last_name: 'Obi', date_of_birth: '1970-01-01' }
/** Fields that go together, whatever they say. */
const SIMPLE = ['first_name', 'last_name', 'gender', 'blood_group', 'phone', 'address']

function simple(body: unknown): object {
  return Object.fromEntries(
    Object.entries(Object(body)).filter(([name, value]) => SIMPLE.includes(name) && value !== null),
  )
}

/** Spreads the registrations over the time before `day`, each hospital's alike. */
export async function spreadOverTime(world: World, day: Date): Promise<void> {
  await world.sql(
    'patient',
    `update patient set created_at = spread.at, updated_at = spread.at
      from (select hospital_id, id, $1::timestamptz - interval '${EVERY}'
          * row_number() over (partition by hospital_id order by id desc) as at from patient) as spread
      where patient.hospital_id = spread.hospital_id and patient.id = spread.id`,
    [day.toISOString()],
  )
}
