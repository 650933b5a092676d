import type { Sent } from '../door.ts'
import { CITY, RIVERSIDE } from '../hospitals.ts'
import type { Operation, Schema } from '../operations.ts'
import { choosesHospital, objectIn } from '../sample.ts'
import type { Check } from './check.ts'
import { INVALID, MISMATCH, notAnswered, notRefused, type Refusal } from './oracle.ts'
import { asker, hospitalOf, type Scene } from './scene.ts'

/** Those who may, naming Riverside wherever a client could: nothing but the token chooses whose data is answered. */
export function namedHospitalChecks(scene: Scene): Check[] {
  return scene.operations
    .filter(({ permission }) => permission)
    .flatMap((operation) => [
      ...queryChecks(scene, operation),
      ...bodyChecks(scene, operation),
      ...(scene.door.isPublic ? headerChecks(scene, operation) : []),
    ])
}

/** How a check changes a good request. */
type Change = (sent: Sent) => Sent

interface Naming {
  row: string
  change: Change
  /** Undefined: it is as if nothing had been said. */
  refusal?: Refusal
}

function check(scene: Scene, operation: Operation, { row, change, refusal }: Naming): Check {
  const { records, door } = scene
  const run: Check['run'] = async (asking) => {
    const caller = asker(scene, operation)
    const ids = await records.own(operation, caller.person)
    const body = records.body(operation, caller.person)
    const sent = change({ url: records.url(operation, ids), body })
    const answer = await asking(caller, sent)
    if (refusal) return notRefused(answer, refusal)
    const hospital = hospitalOf(caller)
    if (door.isPublic && answer.headers.get('x-hospital-id') !== hospital)
      return `the answer is said to be of ${answer.headers.get('x-hospital-id')}`
    return notAnswered(scene, operation, sent.url, answer)
  }
  return { row, operation, run }
}

/** What naming another hospital comes to: who has none just says too much. */
function refusalFor(scene: Scene, operation: Operation): Refusal {
  return hospitalOf(asker(scene, operation)) === null ? INVALID : MISMATCH
}

function queryChecks(scene: Scene, operation: Operation): Check[] {
  const refusal = refusalFor(scene, operation)
  const row = 'hospital_id in the query'
  const queries = [
    `hospital_id=${RIVERSIDE.id}`,
    `hospital_id=${CITY.id}&hospital_id=${RIVERSIDE.id}`,
  ]
  const named = queries.map((query) => ({ row, change: inQuery(query), refusal }))
  const misspelt = ['hospitalId', 'Hospital_Id', 'hospital_id[]'].map((name) => ({
    row: 'hospital_id in the query, misspelt',
    change: inQuery(`${encodeURIComponent(name)}=${RIVERSIDE.id}`),
    refusal: INVALID,
  }))
  return [...named, ...misspelt].map((naming) => check(scene, operation, naming))
}

function inQuery(query: string): Change {
  return (sent) => ({ ...sent, url: `${sent.url}${sent.url.includes('?') ? '&' : '?'}${query}` })
}

function bodyChecks(scene: Scene, operation: Operation): Check[] {
  const schema = objectIn(operation.body)
  if (!schema) return []
  const top = choosesHospital(operation)
    ? []
    : [
        {
          row: 'hospital_id in the body',
          change: inBody([]),
          refusal: refusalFor(scene, operation),
        },
      ]
  const nested = nestedObjects(schema).map((path) => ({
    row: 'hospital_id deep in the body',
    change: inBody(path),
    refusal: INVALID,
  }))
  return [...top, ...nested].map((naming) => check(scene, operation, naming))
}

function inBody(path: readonly string[]): Change {
  return (sent) => ({ ...sent, body: withHospital(sent.body as Nested, path) })
}

type Nested = Record<string, unknown>

function withHospital(body: Nested | undefined, [first, ...rest]: readonly string[]): Nested {
  if (first === undefined) return { ...body, hospital_id: RIVERSIDE.id }
  return { ...body, [first]: withHospital(body?.[first] as Nested | undefined, rest) }
}

/** Where in a body of `schema` further objects stand. */
function nestedObjects({ properties = {} }: Schema, path: string[] = []): string[][] {
  return Object.entries(properties).flatMap(([name, each]) => {
    const inner = objectIn(each)
    return inner ? [[...path, name], ...nestedObjects(inner, [...path, name])] : []
  })
}

/** Spellings that servers have taken for `x-hospital-id` (docs/decisions/0005). */
const ALIASES = ['X_Hospital_Id', 'X.Hospital.Id', 'x-hospital_id', 'hospital-id', 'x-tenant-id']

function headerChecks(scene: Scene, operation: Operation): Check[] {
  const named = [RIVERSIDE.id, `${CITY.id}, ${RIVERSIDE.id}`, RIVERSIDE.id.toUpperCase()].map(
    (value) => ({
      row: 'x-hospital-id',
      change: withHeader('x-hospital-id', value),
      refusal: MISMATCH,
    }),
  )
  const ignored = [
    ...ALIASES.map((name) => [name, RIVERSIDE.id] as const),
    ['x-user-id', scene.cast.riverside.admin.account_id] as const,
    ['x-user-role', 'platform_admin'] as const,
  ].map(([name, value]) => ({ row: 'stamps by other names', change: withHeader(name, value) }))
  return [...named, ...ignored].map((naming) => check(scene, operation, naming))
}

function withHeader(name: string, value: string): Change {
  return (sent) => ({ ...sent, headers: { ...sent.headers, [name]: value } })
}
