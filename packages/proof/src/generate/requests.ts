import { isGranted, type Permission } from '@wardstone/contracts'
import fc, { type Arbitrary } from 'fast-check'
import { CITY, RIVERSIDE } from '../hospitals.ts'
import type { Operation, Schema } from '../operations.ts'
import { MEMBER_ROLES } from '../people.ts'
import { faultyBody, faultyQuery } from './faults.ts'
import { EITHER, idOf } from './known-fields.ts'
import { seenVersion } from './slots.ts'
import { anyValue } from './values.ts'

/** Who asks: a member by role, a member whose session has ended, or nobody. */
export const CALLERS = [...MEMBER_ROLES, 'ended', 'nobody'] as const
export type Caller = (typeof CALLERS)[number]

/** A request with slots where only the run knows the value. */
export interface GeneratedRequest {
  operation: Operation
  caller: Caller
  method: string
  path: string
  query: object
  headers: Readonly<Record<string, string>>
  /** Text is sent as it is, everything else as JSON. */
  body: unknown
}

/** Where the collection ends that a path's first id is of: `/api/patients` of `/api/patients/{id}`; of appointments, few are of series. */
export function collectionOf({ path }: Pick<Operation, 'path'>): string {
  if (path.startsWith('/api/appointments/{id}/series')) return '/api/appointments/series'
  return path.replace(/\/?(\{.*)?$/, '')
}

/** The collections that the ids of a path are of, in order: within a record's own collection the record does not count. */
function collectionsIn({ path }: Operation): string[] {
  const parts = path.split(/\/?\{[^}]+\}/).slice(0, -1)
  return parts.map((_, index) =>
    index === 0 ? collectionOf({ path }) : parts.slice(0, index + 1).join(''),
  )
}

/** The collection of the records that an operation answers with, when that is one within a record's. */
export function innerCollectionOf({ path }: Operation): string | undefined {
  const plain = path.replace(/\/\{[^}]+\}$/, '')
  return INNER.find((collection) => plain.replace(/\/\{[^}]+\}/g, '') === collection)
}

/** Collections within a record. */
const INNER = ['/api/doctors/exceptions']

/** Requests that should succeed, for all that the document says. */
export function goodRequest(operation: Operation): Arbitrary<GeneratedRequest> {
  const { permission, method } = operation
  return fc.record({
    operation: fc.constant(operation),
    caller: permission ? fc.constantFrom(...holders(permission)) : fc.constant('nobody' as const),
    method: fc.constant(method),
    path: pathOf(operation, idOf),
    query: queryOf(operation),
    headers: address,
    body: bodyOf(operation) ?? fc.constant(undefined),
  })
}

/** Requests of every kind: most of them good, the others wrong in one place. */
export function anyRequest(operation: Operation): Arbitrary<GeneratedRequest> {
  const { permission, method } = operation
  const good = goodRequest(operation)
  const body = bodyOf(operation)
  const id = (of: string) => mostly(idOf(of), wrongId)
  const query = queryOf(operation)
  return fc
    .record({
      good,
      caller: permission ? mostly(fc.constantFrom(...holders(permission)), anyCaller) : anyCaller,
      method:
        method === 'GET' ? mostly(fc.constant('GET'), fc.constant('HEAD')) : fc.constant(method),
      path: pathOf(operation, id),
      query: mostly(query, faultyQuery(query)),
      headers: headersOf(method),
      body: body ? mostly(body, faultyBody(body)) : fc.constant(undefined),
    })
    .map(({ good: base, ...changes }) => ({ ...base, ...changes }))
}

/** True when somebody of a hospital may do it. */
export function isForMembers({ permission }: Operation): boolean {
  return permission === undefined || MEMBER_ROLES.some((role) => isGranted(role, permission))
}

/** The members who hold `permission`; everybody when nobody of a hospital does. */
function holders(permission: Permission): readonly Caller[] {
  const roles = MEMBER_ROLES.filter((role) => isGranted(role, permission))
  return roles.length > 0 ? roles : MEMBER_ROLES
}

function mostly<A, B>(usual: Arbitrary<A>, rare: Arbitrary<B>): Arbitrary<A | B> {
  return fc.oneof<
    [{ weight: number; arbitrary: Arbitrary<A> }, { weight: number; arbitrary: Arbitrary<B> }]
  >({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: rare })
}

const anyCaller = fc.constantFrom(...CALLERS)
const wrongId = fc.constantFrom(
  'x',
  '0',
  'null',
  'search',
  RIVERSIDE.id.toUpperCase(),
  '%00',
  '..%2F',
)
// Each from an address of its own: what one did wrong is held against no other.
const address = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((parts) => ({ 'x-forwarded-for': `10.${parts.join('.')}` }))

/** Now and then a header that changes what a request does. */
function headersOf(method: string): Arbitrary<Record<string, string>> {
  const sometimes = <T>(value: Arbitrary<T>) => mostly(fc.constant(undefined), value)
  const precondition = method === 'GET' ? 'if-none-match' : 'if-match'
  return fc
    .record({
      address,
      version: sometimes(
        fc.constantFrom(`"${seenVersion}"`, `"${seenVersion}"`, '"1"', '*', 'W/"1"'),
      ),
      key: sometimes(fc.nat(20).map((n) => `key-${n}`)),
      hospital: sometimes(sometimes(fc.constantFrom(CITY.id, RIVERSIDE.id, ''))),
    })
    .map(({ address: from, version, key, hospital }) => ({
      ...from,
      ...(method !== 'POST' && version !== undefined && { [precondition]: version }),
      ...(method === 'POST' && key !== undefined && { 'idempotency-key': key }),
      ...(hospital !== undefined && { 'x-hospital-id': hospital }),
    }))
}

function pathOf(
  operation: Operation,
  id: (collection: string) => Arbitrary<unknown>,
): Arbitrary<string> {
  const [head = '', ...rest] = operation.path.split(/\{[^}]+\}/)
  return fc
    .tuple(...collectionsIn(operation).map(id))
    .map((ids) => rest.reduce((text, part, index) => `${text}${ids[index]}${part}`, head))
}

function queryOf({ parameters }: Operation): Arbitrary<object> {
  const query = parameters.filter((each) => each.in === 'query')
  return anyValue({
    type: 'object',
    properties: Object.fromEntries(query.map(({ name, schema }) => [name, schema])),
    required: query.filter(({ required }) => required).map(({ name }) => name),
  }) as Arbitrary<object>
}

/** What a person asks by hand is a wish for few optional fields; undefined when there is no body. */
function bodyOf({ name, body }: Operation): Arbitrary<unknown> | undefined {
  if (body === undefined) return undefined
  try {
    const sets = EITHER[name]
    if (!sets) return anyValue(body)
    const one = fc.oneof(...sets.map((set) => anyValue(withFields(body, set, sets))))
    return mostly(one, anyValue(body))
  } catch (error) {
    throw new Error(`${name}: add its fields to src/generate/known-fields.ts.`, { cause: error })
  }
}

/** `body` with the fields of `set` required, and without those that only other sets have. */
function withFields(
  body: Schema,
  set: readonly string[],
  sets: readonly (readonly string[])[],
): Schema {
  const others = sets.flat().filter((field) => !set.includes(field))
  const properties = Object.entries(body.properties ?? {}).filter(
    ([name]) => !others.includes(name),
  )
  const required = [...new Set([...(body.required ?? []), ...set])]
  return { ...body, properties: Object.fromEntries(properties), required }
}
