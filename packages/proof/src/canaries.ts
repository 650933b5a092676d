import type { Answer } from './ask.ts'
import { RIVERSIDE } from './hospitals.ts'

/** The word in every text that Riverside has. */
export const CANARY = 'Riversidecanary'

/** What Riverside's records hold, field by field: whatever the schema asks for, the text is Riverside's alone. */
export const CANARY_TEXTS = [
  CANARY,
  CANARY.toLowerCase(),
  `${CANARY.toLowerCase()}@example.org`,
  '1931-07-19',
  '1931-07-19T05:43:21.000Z',
  '+49 30 73104659',
  'en',
]

/** Parts of those texts that are no word: they are looked for in every spelling. */
const NUMBERS = ['1931-07-19', '73104659']

/** What no answer to anybody else may hold: the words and the ids of Riverside. */
export class Canaries {
  readonly #words = new Set([CANARY.toLowerCase(), ...NUMBERS])
  readonly #ids = new Set([RIVERSIDE.id])

  /** An id, a record number… that is Riverside's alone. */
  add(...ids: readonly string[]): void {
    for (const id of ids) this.#ids.add(id.toLowerCase())
  }

  /** The canary that sings in `answer`, if any. */
  heardIn({ headers, text }: Answer): string | undefined {
    const bytes = `${[...headers].flat().join('\n')}\n${text}`.toLowerCase()
    return [...this.#words, ...this.#ids].find((canary) => bytes.includes(canary))
  }
}
