import { DEMO_HOSPITALS } from '@wardstone/cluster'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'

/** A hospital that people of the run work at. */
export interface Place {
  id: string
  slug: string
  /** The last name of each patient that is registered there during the run, and nowhere else. */
  family: string
  /** Words that no answer to somebody else may hold. */
  words: readonly string[]
}

const FAMILIES = ['Heronmark', 'Ospreymark', 'Wrenmark']

/** The demo's hospitals. */
export const PLACES: readonly Place[] = DEMO_HOSPITALS.map(({ id, slug }, index) => {
  const family = FAMILIES[index] as string
  return { id, slug, family, words: [id, family] }
})

/** Where the platform's administrator is: in no hospital. */
export const PLATFORM: Place = { id: PLATFORM_HOSPITAL_ID, slug: '', family: '', words: [] }

/** Of these words, those that an answer to somebody of `place` may not hold but does. */
export function foreignWords(place: Place, text: string): string[] {
  const others = PLACES.filter(({ id }) => id !== place.id)
  return others.flatMap(({ words }) => words.filter((word) => text.includes(word)))
}
