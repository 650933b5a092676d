import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { addSession, type Cast } from './cast.ts'
import { CITY, RIVERSIDE } from './hospitals.ts'
import { addPerson, type Person } from './people.ts'

/** The records behind a path that no POST to its collection makes. */
export interface Resource {
  /** The id of a record that `person` may reach now. */
  own: (world: World, person: Person) => string | Promise<string>
  /** Ids that are there, and not for anybody at City: Riverside's, or a colleague's own. */
  foreign: (world: World, cast: Cast) => (string | Promise<string>)[]
}

/** By the path up to its parameter. What POST makes from a body alone needs no line here. */
export const RESOURCES: Readonly<Record<string, Resource>> = {
  '/api/auth/sessions/{id}': {
    own: (world, person) => addSession(world, person),
    foreign: (world, { riverside, ended }) => [
      riverside.admin.session_id,
      addSession(world, ended.membership),
    ],
  },
  '/api/hospitals/{id}': {
    own: (_, { hospital }) => (hospital ?? CITY).id,
    foreign: () => [RIVERSIDE.id],
  },
  '/api/users/{id}': {
    own: async (world) =>
      (await addPerson(world, CITY, 'staff', { username: randomUUID() })).account_id,
    foreign: (_, { riverside }) => [riverside.nurse.account_id],
  },
}
