/**
 * What usernames and e-mail addresses are compared by: without case and without the differences that
 * nobody sees (NFKC: composed or not, full width or not), so that nobody can pass for another.
 */
export function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC')
}
