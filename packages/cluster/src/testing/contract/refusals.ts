import { randomUUID } from 'node:crypto'
import { CallerRoleSchema, PERMISSIONS, type Permission } from '@wardstone/contracts'
import type { TestCaller } from '../identity.ts'
import type { JsonSchema, Operation } from './document.ts'
import type { ContractRequest } from './requests.ts'
import type { Sampler } from './sampler.ts'

const NEVER_GIVEN = '"999999999"'
const JSON_TYPE = { 'content-type': 'application/json' }

/** Every way to spoil `valid`, a request of `operation`: each has to be refused as the document says. */
export function refusals(
  operation: Operation,
  valid: ContractRequest,
  sampler: Sampler,
): ContractRequest[] {
  const { caller: _, ...anonymous } = valid
  return [
    { ...anonymous, what: 'no identity', expected: 401 },
    ...forbidden(operation, valid),
    ...malformedUrls(operation, valid, sampler),
    ...preconditions(operation, valid),
    ...(operation.method === 'GET' ? [] : malformedBodies(operation, valid, sampler)),
  ]
}

function forbidden({ permission }: Operation, valid: ContractRequest): ContractRequest[] {
  if (!permission) return []
  const callers: TestCaller[] = rolesWithout(permission).map((role) => ({ role }))
  if (PERMISSIONS[permission].scope === 'hospital') {
    const [role = 'admin'] = PERMISSIONS[permission].roles
    callers.push({ role, hospital_id: null, hospital_name: null })
  }
  return callers.map((caller) => ({
    ...valid,
    what: `as ${caller.role}${caller.hospital_id === null ? ' of no hospital' : ''}`,
    caller,
    expected: 403,
  }))
}

function rolesWithout(permission: Permission): TestCaller['role'][] {
  const holders: readonly string[] = PERMISSIONS[permission].roles
  const roles = CallerRoleSchema.anyOf.map((each) => each.const)
  return roles.filter((role) => !holders.includes(role))
}

function malformedUrls(
  { params, query, path }: Operation,
  valid: ContractRequest,
  sampler: Sampler,
): ContractRequest[] {
  const separator = valid.url.includes('?') ? '&' : '?'
  const withQuery = (name: string, value: string): ContractRequest => ({
    ...valid,
    what: `the query ${name}=${value}`,
    url: `${valid.url}${separator}${name}=${encodeURIComponent(value)}`,
    expected: 400,
    field: name,
  })
  const queries = Object.entries(query)
    .filter(([name]) => !new URLSearchParams(valid.url.split('?')[1]).has(name))
    .map(([name, schema]) => withQuery(name, sampler.refusedText(schema)))
  const ids = Object.keys(params).map((name) => ({
    ...valid,
    what: `a malformed ${name}`,
    url: path.replace(/\{[^}]+\}/g, 'not-an-id'),
    expected: 400 as const,
    field: name,
  }))
  return [withQuery('unknown_field', '1'), ...queries, ...ids]
}

/** An id that is nobody's, and a version that no record has. */
function preconditions({ params, responses, path }: Operation, valid: ContractRequest) {
  const made: ContractRequest[] = []
  if (responses[404] && Object.keys(params).length > 0) {
    const url = path.replace(/\{[^}]+\}/g, () => randomUUID())
    made.push({ ...valid, what: 'an unknown id', url, expected: 404 })
  }
  if (responses[412]) {
    const headers = { 'if-match': NEVER_GIVEN }
    made.push({ ...valid, what: 'a stale If-Match', headers, expected: 412 })
  }
  return made
}

function malformedBodies(
  { body = {} }: Operation,
  valid: ContractRequest,
  sampler: Sampler,
): ContractRequest[] {
  const send = (what: string, payload: string, expected: 400 | 413 | 415, headers = JSON_TYPE) => ({
    ...valid,
    ...{ what, payload, expected, headers },
  })
  const wrong = (name: string, value: unknown): ContractRequest => ({
    ...valid,
    what: `${name}: ${JSON.stringify(value)} in the body`,
    payload: { ...(valid.payload as object | undefined), [name]: value },
    expected: 400,
    field: name,
  })
  return [
    send('an oversized body', oversized(body), 413),
    send('a body of plain text', 'x', 415, { 'content-type': 'text/plain' }),
    send('a body that is no JSON', '{', 400),
    ...(body.type === 'object' ? [wrong('unknown_field', 1)] : []),
    ...Object.entries(body.properties ?? {}).map(([name, schema]) =>
      wrong(name, sampler.refused(schema)),
    ),
  ]
}

/** More than the usual limit, and than a field may hold that is meant to be large. */
function oversized({ properties = {} }: JsonSchema): string {
  const lengths = Object.values(properties).map((field) =>
    'maxLength' in field ? Number(field.maxLength) : 0,
  )
  return JSON.stringify({ text: 'x'.repeat(70_000 + Math.max(0, ...lengths)) })
}
