import { privateNats, World } from '@wardstone/cluster/testing'
import { ensureStreams } from '@wardstone/events'
import { untilJudging } from '../ask.ts'
import { CITY, type Hospital, NOBODYS_ID, openHospital, RIVERSIDE } from '../hospitals.ts'
import { addPerson, tokenOf } from '../people.ts'
import { Arrival } from './arrival.ts'
import { NormalForm } from './normal-form.ts'
import { Populace } from './populace.ts'
import { Voice } from './voice.ts'

/** What is asked of a world before the first comparison, and after. */
export interface Place {
  world: World
  arrival: Arrival
  form: NormalForm
  city: Voice
  close: () => Promise<void>
}

const ENVIRONMENT = {
  // Whom a login comes from is said by each request.
  TRUST_PROXY: '127.0.0.1',
  // No clock decides when a checkpoint is signed.
  CHECKPOINT_SECONDS: '3600',
}

/** A world with both hospitals and the people of CITY. */
export async function openPlace(): Promise<Place> {
  const cleans: (() => unknown)[] = []
  const close = async () => {
    for (let clean = cleans.pop(); clean; clean = cleans.pop()) await clean()
  }
  try {
    const natsUrl = await privateNats({ teardown: (clean) => cleans.push(clean) })
    await ensureStreams(natsUrl)
    const world = await World.start({ natsUrl, environment: ENVIRONMENT })
    cleans.push(() => world.close())
    const arrival = await Arrival.of(world, natsUrl)
    cleans.push(() => arrival.close())
    for (const hospital of [CITY, RIVERSIDE]) await open(world, hospital)
    const platform = await addPerson(world, null, 'platform_admin')
    await untilJudging(world.url, tokenOf(world, platform))
    const populace = await Populace.settle(world, CITY)
    return { world, arrival, form: formOf(populace), city: new Voice(world.url, populace), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Opens a hospital that anybody may ask to be let into. */
async function open(world: World, hospital: Hospital): Promise<void> {
  await openHospital(world, hospital)
  for (const service of ['auth', 'hospital'] as const) {
    await world.sql(service, 'update hospital set is_listed = true where name = $1', [
      hospital.name,
    ])
  }
}

function formOf(populace: Populace): NormalForm {
  const form = new NormalForm()
  form.name(CITY.id, '<CITY>')
  form.name(RIVERSIDE.id, '<RIVERSIDE>')
  form.name(NOBODYS_ID, '<nobody>')
  for (const { account_id, username } of populace.everybody) form.name(account_id, `<${username}>`)
  return form
}
