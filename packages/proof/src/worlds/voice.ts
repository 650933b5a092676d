import { type Answer, ask } from '../ask.ts'
import { collectionOf, innerCollectionOf } from '../generate/requests.ts'
import type { FilledRequest } from './filled-request.ts'
import { urlOf } from './filling.ts'
import { Memory } from './memory.ts'
import type { Populace } from './populace.ts'

/** A hospital's people asking one world, and remembering what they were told. */
export class Voice {
  readonly memory = new Memory()
  readonly #url: string
  readonly #populace: Populace

  constructor(url: string, populace: Populace) {
    this.#url = url
    this.#populace = populace
  }

  /** Sends a request as one of the hospital's people. */
  async ask(request: FilledRequest): Promise<Answer> {
    const { operation, caller, method, headers, body } = request
    const token = this.#populace.tokenOf(caller)
    const answer = await ask(`${this.#url}${urlOf(request)}`, {
      method,
      headers,
      ...(token !== undefined && { token }),
      ...(body !== undefined && { body }),
    })
    if (answer.status < 300 && isJson(answer)) {
      this.memory.learn(
        request,
        innerCollectionOf(operation) ?? collectionOf(operation),
        JSON.parse(answer.text),
      )
    }
    if (operation.service === 'auth' && operation.method !== 'GET') await this.#populace.heal()
    return answer
  }
}

/** Not a file, from which nothing is learnt. */
function isJson({ headers, text }: Answer): boolean {
  return text !== '' && (headers.get('content-type') ?? '').startsWith('application/json')
}
