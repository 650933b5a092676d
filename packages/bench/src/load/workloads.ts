import { DEMO_PASSWORD } from '@wardstone/cluster'
import type { Person } from '../stage/people.ts'
import type { Sample } from '../stage/sample.ts'
import type { Request } from './wrk.ts'

/** One kind of request that a desk sends all day. */
export interface Workload {
  name: string
  title: string
  /** What the people send, in turn. */
  requests(people: readonly Person[], sample: Sample): Request[]
}

const NEWCOMERS = 2_000

/** The kinds, numbered as the peers' figures number them. */
export const WORKLOADS: readonly Workload[] = [
  {
    name: 'W1',
    title: 'page of 20 patients',
    requests: (people) => people.map(get('/api/patients?limit=20')),
  },
  {
    name: 'W2',
    title: 'patient by id',
    requests: (people, { ids }) => byHospital(people, ids, (id) => `/api/patients/${id}`),
  },
  {
    name: 'W3',
    title: 'register a patient',
    requests: (people) =>
      Array.from({ length: NEWCOMERS }, (_, index) => ({
        method: 'POST',
        path: '/api/patients',
        token: tokenOf(people, index),
        body: newcomer(),
      })),
  },
  {
    name: 'W4',
    title: 'search by a part of a name',
    requests: (people, { names }) =>
      byHospital(
        people,
        names,
        (name) => `/api/patients/search?limit=20&q=${encodeURIComponent(name)}`,
      ),
  },
  {
    name: 'W5',
    title: 'statistics',
    requests: (people) => people.map(get('/api/patients/stats')),
  },
  {
    name: 'W6',
    title: 'login',
    requests: (people) =>
      people.map(({ username }) => ({
        method: 'POST',
        path: '/api/auth/login',
        body: { username, password: DEMO_PASSWORD },
      })),
  },
]

/** The workload of a name. */
export function workload(name: string): Workload {
  const found = WORKLOADS.find((each) => each.name === name)
  if (!found) throw new Error(`There is no workload ${name}.`)
  return found
}

function get(path: string) {
  return ({ token }: Person): Request => ({ method: 'GET', path, token })
}

/** Each person asks for each of the things of its own hospital, the people in turn. */
function byHospital(
  people: readonly Person[],
  things: ReadonlyMap<string, readonly string[]>,
  pathOf: (thing: string) => string,
): Request[] {
  const most = Math.max(...[...things.values()].map(({ length }) => length))
  return Array.from({ length: most }, (_, index) =>
    people.flatMap((person) => {
      const thing = things.get(person.hospital.id)?.[index]
      return thing === undefined ? [] : [get(pathOf(thing))(person)]
    }),
  ).flat()
}

function tokenOf(people: readonly Person[], index: number): string {
  return people[index % people.length]?.token ?? ''
}

let born = 0

/** Somebody whom no hospital has yet; names of their own keep the warning of duplicates out of it. */
function newcomer(): object {
  born += 1
  const name = (seed: number) =>
    [...(seed * 7919 + Date.now()).toString(26)]
      .map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26)))
      .join('')
  const day = new Date(Date.UTC(1940, 0, 1) + (born % 25_000) * 86_400_000)
  return {
    first_name: name(born),
    last_name: name(born * 31),
    date_of_birth: day.toISOString().slice(0, 10),
    gender: born % 2 ? 'female' : 'male',
    confirm_duplicate: true,
  }
}
