import { World, type WorldOptions } from '@wardstone/cluster/testing'
import { ask, untilJudging } from '../ask.ts'
import { CITY, openHospital, RIVERSIDE } from '../hospitals.ts'
import { addMembers, addPerson, type Person, tokenOf } from '../people.ts'

type Members = Awaited<ReturnType<typeof addMembers>>

/** A world in which people of one hospital try what they can, and another has what they must never see. */
export interface TwoHospitals {
  world: World
  /** The port of the gateway. */
  port: number
  /** Who tries. */
  city: Members
  /** Whose data is the canary. */
  riverside: Members
  platform: Person
}

/** In every text of RIVERSIDE's data, and in no other. */
const CANARY = /riversidecanary/i

/** True when `text` holds anything of RIVERSIDE's. */
export function isLeak(text: string): boolean {
  return CANARY.test(text)
}

/** Starts a world with both hospitals, each with its people and a patient. */
export async function startTwoHospitals(options: WorldOptions = {}): Promise<TwoHospitals> {
  const world = await World.start(options)
  await openHospital(world, CITY)
  await openHospital(world, RIVERSIDE)
  const city = await addMembers(world, CITY)
  const riverside = await addMembers(world, RIVERSIDE)
  const platform = await addPerson(world, null, 'platform_admin')
  await untilJudging(world.url, tokenOf(world, city.admin))
  await addPatient(world, city.admin, 'Adams')
  await addPatient(world, riverside.admin, 'Riversidecanary')
  return { world, port: Number(new URL(world.url).port), city, riverside, platform }
}

async function addPatient(world: World, admin: Person, name: string): Promise<void> {
  const { status, text } = await ask(`${world.url}/api/patients`, {
    method: 'POST',
    token: tokenOf(world, admin),
    body: { first_name: name, last_name: name, date_of_birth: '1980-02-29', address: name },
  })
  if (status !== 201) throw new Error(`No patient was stored: ${text}`)
}
