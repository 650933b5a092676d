import { isGranted, PERMISSIONS } from '@wardstone/contracts'
import type { Answer } from '../ask.ts'
import type { Caller } from '../door.ts'
import type { Operation } from '../operations.ts'
import { excerpt } from './check.ts'
import { hospitalOf, roleOf, type Scene } from './scene.ts'

/** An answer that refuses. */
export interface Refusal {
  status: number
  code: string
}

export const UNAUTHENTICATED: Refusal = { status: 401, code: 'unauthenticated' }
export const MISMATCH: Refusal = { status: 403, code: 'hospital_mismatch' }
export const INVALID: Refusal = { status: 400, code: 'validation_failed' }

/** Codes that say: you may not. Who may never gets them. */
const REFUSING = ['unauthenticated', 'forbidden', 'hospital_mismatch', 'no_hospital_context']

/** What the table of permissions says to a caller with a good token; undefined when they may. */
export function refusalOf({ permission }: Operation, caller: Caller): Refusal | undefined {
  if (!permission) return undefined
  if (PERMISSIONS[permission].scope === 'hospital' && hospitalOf(caller) === null)
    return { status: 403, code: 'no_hospital_context' }
  return isGranted(roleOf(caller), permission) ? undefined : { status: 403, code: 'forbidden' }
}

/** What is wrong with an answer that has to refuse. */
export function notRefused(answer: Answer, { status, code }: Refusal): string | undefined {
  if (answer.status !== status || codeOf(answer) !== code)
    return `the answer should be ${status} ${code} and is ${excerpt(answer)}`
  if (status === 401 && !answer.headers.has('www-authenticate'))
    return 'a 401 does not say how to sign in'
  return undefined
}

/** What is wrong with an answer to somebody who may: it must be documented, and no refusal. */
export function notAnswered(
  { documented }: Scene,
  { service, method, permission }: Operation,
  url: string,
  answer: Answer,
): string | undefined {
  const { status: statusCode, text: body } = answer
  if (permission && REFUSING.includes(codeOf(answer) ?? ''))
    return `the table lets them, and the answer is ${excerpt(answer)}`
  const headers = Object.fromEntries(answer.headers)
  const [broken] = documented[service].violations(method, url, { statusCode, body, headers })
  return broken
}

/** The code of a problem. */
function codeOf({ text, headers }: Answer): string | undefined {
  if (!headers.get('content-type')?.startsWith('application/problem+json')) return undefined
  return JSON.parse(text).code
}

/** What in two answers differs, but for what differs between any two. */
export function differenceOf(theirs: Answer, nobodys: Answer): string | undefined {
  const [one, other] = [theirs, nobodys].map(comparable)
  if (one === other) return undefined
  return `another's record is told from one that is nobody's: ${one} against ${other}`
}

const OF_THE_REQUEST = ['date', 'x-request-id']

function comparable({ status, headers, text }: Answer): string {
  const named = [...headers].map(([name, value]) =>
    OF_THE_REQUEST.includes(name) ? name : `${name}: ${value}`,
  )
  const body = text.replace(/"request_id":"[^"]*"/, '"request_id"')
  return `${status} ${named.sort().join(', ')} ${body}`
}
