import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from '../ask.ts'
import type { Caller, Door, Sent } from '../door.ts'
import type { Operation } from '../operations.ts'
import type { Scene } from './scene.ts'

/** One field of the matrix: a kind of caller at one operation. */
export interface Check {
  /** The kind of caller: a row of the table. */
  row: string
  operation: Operation
  /** Where it asks, when not where the others do. */
  door?: Door
  /** Asks, and tells what is wrong with the answers; nothing when they are right. */
  run: (asking: Asking) => Promise<string | undefined>
}

/** How a check asks: what holds for every answer is seen to here. */
export type Asking = (caller: Caller | undefined, sent: Sent) => Promise<Answer>

/** Something that should not have been possible. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** What its caller can do once: the session is over then, or the password another. */
const SPENDING = ['POST /api/auth/logout', 'POST /api/auth/password']

const PATIENCE = 20

/** Comes again when told to: more people may want to sign in than there is time for. */
async function patiently(ask: () => Promise<Answer>): Promise<Answer> {
  for (let times = 1; ; times += 1) {
    const answer = await ask()
    const seconds = Number(answer.headers.get('retry-after') ?? 0)
    if (answer.status !== 503 || seconds === 0 || times === PATIENCE) return answer
    await sleep(seconds * 1000)
  }
}

/** The asking of one check: no answer is a 5xx, none holds a canary. */
export function askingOf(
  { door: usual, canaries, records }: Scene,
  { operation, door = usual }: Pick<Check, 'operation' | 'door'>,
): Asking {
  return async (caller, sent) => {
    const spent = caller && !caller.dead && SPENDING.includes(operation.name)
    const asks = spent ? { ...caller, person: await records.twin(caller.person) } : caller
    const answer = await patiently(() => door.ask(operation, asks, sent))
    const canary = canaries.heardIn(answer)
    if (canary !== undefined)
      throw new Violation(`the answer holds “${canary}” of Riverside: ${excerpt(answer)}`)
    if (answer.status >= 500) throw new Violation(`the answer is ${excerpt(answer)}`)
    return answer
  }
}

/** A violation as the report tells it. */
export function sentenceOf({ row, operation }: Check, reason: string): string {
  return `${operation.name}, ${row}: ${reason}`
}

/** An answer in a few words. */
export function excerpt({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 160)}`
}
