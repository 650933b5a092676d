import { fold } from '@wardstone/service'

/** Words of other lengths are not searched for misspelt: too many would fit, or too many spellings be kept. */
const SHORTEST_MISSPELT = 4
const LONGEST_MISSPELT = 30

/**
 * A word and the word with each one letter left out. Two words that share a spelling differ by one
 * letter missing, added, replaced or swapped with its neighbour (symmetric delete spelling correction).
 */
export function spellings(word: string): string[] {
  const letters = [...word]
  if (letters.length < SHORTEST_MISSPELT || letters.length > LONGEST_MISSPELT) return [word]
  return [...new Set([word, ...letters.map((_, index) => letters.toSpliced(index, 1).join(''))])]
}

/** What names are sorted by: last name first, folded. */
export function nameSort(firstName: string, lastName: string): string {
  return `${fold(lastName)} ${fold(firstName)}`
}

/** Telephone numbers are the same when so many of their last digits are: one may have its country's code. */
const PHONE_TAIL = 8

/** What telephone numbers are compared by: the last digits, from the last. */
export function phoneTail(phone: string | null): string | undefined {
  return phoneReversed(phone)?.slice(0, PHONE_TAIL)
}

/** The digits of a telephone number from the last to the first, so that its tail is found as a prefix. */
export function phoneReversed(phone: string | null | undefined): string | null {
  return phone ? [...phone.replace(/\D/g, '')].reverse().join('') : null
}
