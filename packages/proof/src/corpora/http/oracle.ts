import type { Arrival } from '../arrivals.ts'
import { isLeak } from '../two-hospitals.ts'
import { type HttpVector, SMUGGLED } from './vector.ts'

/** Somebody whose requests may arrive, as the gateway has to tell the services of them. */
export interface Stamped {
  hospitalId: string
  userId: string
  role: string
}

/** What came back of one vector and of the request after it, and what arrived at the services. */
export interface Seen {
  vector: HttpVector
  /** All that came back on the connection. */
  text: string
  arrivals: readonly Arrival[]
  attacker: Stamped
  victim: Stamped
}

const STAMPS = [
  'x-hospital-id',
  'x-user-id',
  'x-user-role',
  'x-request-id',
  'authorization',
] as const
/** All that a service may see of a client's request. */
const ARRIVING = new Set<string>([
  ...STAMPS,
  'host',
  'connection',
  'accept',
  'content-length',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'transfer-encoding',
  'user-agent',
])

/** What is wrong with what was seen, a sentence each. */
export function wrongsOf(seen: Seen): string[] {
  return [...wrongAnswers(seen), ...seen.arrivals.flatMap((each) => wrongArrival(each, seen))]
}

/** The statuses of the answers in `text`. */
export function statusesOf(text: string): number[] {
  return answersIn(text).map((answer) => Number(answer.slice(9, 12)))
}

function answersIn(text: string): string[] {
  const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/).filter((answer) => answer !== '')
  return answers.filter((answer) => !/^HTTP\/1\.1 1\d\d /.test(answer))
}

function wrongAnswers({ vector, text, victim }: Seen): string[] {
  const { expected, half, orSilence } = vector
  const maySkip = half || orSilence
  const answers = answersIn(text)
  const last = answers.at(-1) ?? ''
  const isVictims = (answer: string) => answer.includes(`x-hospital-id: ${victim.hospitalId}`)
  const [first = 0, ...more] = statusesOf(text)
  const wrongs = [first, ...more].filter((status) => status >= 500).map((it) => `is answered ${it}`)
  if (!maySkip && first === 0) wrongs.push('is answered nothing')
  if (expected === 'refused' && first !== 0 && (first < 400 || first > 499))
    wrongs.push(`is answered ${first}`)
  if (expected === 'served' && first !== 200) wrongs.push(`is answered ${first}`)
  if (answers.some((answer, index) => isVictims(answer) && index < answers.length - 1))
    wrongs.push('is answered as somebody else')
  if (answers.some((answer) => !isVictims(answer) && isLeak(answer))) wrongs.push('leaks')
  if (isVictims(last) ? !isLeak(last) : !isEnd(last) && !maySkip)
    wrongs.push('spoils the next request on the connection')
  return wrongs
}

function isEnd(answer: string): boolean {
  return /^connection: close\r$/im.test(answer)
}

function wrongArrival({ method, url, headers }: Arrival, { attacker, victim, vector }: Seen) {
  const values = (name: string) => headers.filter(([it]) => it === name).map(([, value]) => value)
  const wrongs: string[] = []
  const [role] = values('x-user-role')
  const isAnonymous = role === 'anonymous'
  const who = values('x-user-id')[0] === victim.userId ? victim : attacker
  const right = {
    'x-hospital-id': isAnonymous ? [] : [who.hospitalId],
    'x-user-id': isAnonymous ? [] : [who.userId],
    'x-user-role': [isAnonymous ? 'anonymous' : who.role],
  }
  for (const [name, value] of Object.entries(right)) {
    if (values(name).join('|') !== value.join('|'))
      wrongs.push(`${name} arrives as ${JSON.stringify(values(name))}`)
  }
  for (const name of ['x-request-id', 'authorization']) {
    if (values(name).length !== 1) wrongs.push(`${name} arrives ${values(name).length} times`)
  }
  const other = headers.find(([name]) => !ARRIVING.has(name))
  if (other) wrongs.push(`a header ${JSON.stringify(other[0])} arrives`)
  if (`${method} ${url}`.includes(SMUGGLED)) wrongs.push('a hidden request arrives')
  if (isAnonymous && url !== '/api/hospitals') wrongs.push(`anybody is let in to ${url}`)
  if (who === attacker && !isAsked(url, vector)) wrongs.push(`${url} is asked for`)
  return wrongs
}

/** True when the vector holds this very target, but for one trailing slash. */
function isAsked(url: string, { bytes }: HttpVector): boolean {
  const [path = '', ...query] = url.split('?')
  const slashed = [`${path}/`, ...query].join('?')
  return [url, slashed].some((target) => bytes.includes(` ${target} `))
}
