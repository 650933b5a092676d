import type { World } from '@wardstone/cluster/testing'
import fc from 'fast-check'
import { type GeneratedRequest, goodRequest } from '../generate/requests.ts'
import { CITY, RIVERSIDE } from '../hospitals.ts'
import type { Operation } from '../operations.ts'
import type { FilledRequest } from './filled-request.ts'
import { fill } from './filling.ts'
import { Memory } from './memory.ts'
import { Populace } from './populace.ts'
import { Voice } from './voice.ts'

/** Somebody of CITY may have joined: what they are at RIVERSIDE is RIVERSIDE's to say, and theirs to hear. */
const TOLD_TO_CITY = 'PATCH /api/users/{id}'
/** What it can think of; then it begins again. */
const WORKED_OUT = 200

/** RIVERSIDE in the world where it is full: it has everything, and does not stop to work. */
export class Neighbour {
  readonly voice: Voice
  readonly #requests: readonly GeneratedRequest[]
  #next = 0

  private constructor(voice: Voice, requests: readonly GeneratedRequest[]) {
    this.voice = voice
    this.#requests = requests
  }

  /** @param seed of another stream of requests than CITY's */
  static async settle(world: World, operations: readonly Operation[], seed: number) {
    const populace = await Populace.settle(world, RIVERSIDE)
    const voice = new Voice(world.url, populace)
    for (const { account_id, session_id } of populace.everybody) {
      voice.memory.learnId('', account_id)
      voice.memory.learnId('', session_id)
    }
    const own = operations.filter(({ name }) => name !== TOLD_TO_CITY)
    const request = fc.constantFrom(...own).chain(goodRequest)
    return new Neighbour(voice, fc.sample(request, { seed, numRuns: WORKED_OUT }))
  }

  /** What it asks next. */
  next(): FilledRequest {
    const request = this.#requests[this.#next % this.#requests.length] as GeneratedRequest
    this.#next += 1
    return asItsOwn(fill(request, { own: this.voice.memory, foreign: new Memory() }))
  }

  /** Does `times` what its people do. */
  async work(times: number): Promise<void> {
    for (let count = 0; count < times; count += 1) await this.voice.ask(this.next())
  }
}

/** What CITY's people would say, in RIVERSIDE's mouth. */
function asItsOwn(request: FilledRequest): FilledRequest {
  const turned = (text: string) =>
    text.replaceAll(CITY.id, RIVERSIDE.id).replaceAll(`_${CITY.slug}"`, `_${RIVERSIDE.slug}"`)
  const { headers, path, body } = request
  return {
    ...request,
    path: turned(path),
    headers: { ...headers, 'x-forwarded-for': '172.16.0.1' },
    // The public list is everybody's: being on it or not is what a hospital tells others.
    body: body && turned(body).replace('"is_listed":false', '"is_listed":true'),
  }
}
