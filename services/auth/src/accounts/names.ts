/**
 * What usernames and e-mail addresses are compared by: without case and without the differences that
 * nobody sees (NFKC: composed or not, full width or not), so that nobody can pass for another.
 */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC')
}

/** Text in the one of its spellings in bytes that is compared and stored (NFC). */
export function inNfc<T extends object>(body: T): T {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.normalize('NFC') : value,
    ]),
  ) as T
}
