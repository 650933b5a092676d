import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'

/** A hospital of the proof. */
export interface Hospital {
  id: string
  slug: string
  name: string
}

/** Whose data everybody else tries to reach. Its name is a canary: no answer to another hospital holds it. */
export const RIVERSIDE: Hospital = {
  id: '0190d1f0-0000-7000-8000-00000000d1fe',
  slug: 'riversidecanary',
  name: 'Riversidecanary Medical Center',
}

/** Whose people ask. */
export const CITY: Hospital = {
  id: '0190d1f0-0000-7000-8000-00000000c17e',
  slug: 'city',
  name: 'City General Hospital',
}

/** A hospital that is suspended. */
export const CLOSED: Hospital = {
  id: '0190d1f0-0000-7000-8000-00000000c105',
  slug: 'closed',
  name: 'Closed Clinic',
}

/** An id that is nobody's. */
export const NOBODYS_ID = randomUUID()

/** Stores a hospital where the services that the world has keep theirs; unlisted, so that the public list tells nobody's. */
export async function openHospital(
  world: World,
  { id, slug, name }: Hospital,
  { active = true } = {},
): Promise<void> {
  const { hospital, auth } = world.services
  const values = [id, slug, name, active]
  if (hospital)
    await world.sql(
      'hospital',
      `insert into hospital (id, slug, name, is_active, is_listed, suspended_at)
        values ($1, $2, $3, $4, false, case when $4 then null else now() end)`,
      values,
    )
  if (auth)
    await world.sql(
      'auth',
      `insert into hospital (hospital_id, slug, name, is_active, is_listed)
        values ($1, $2, $3, $4, false)`,
      values,
    )
}
