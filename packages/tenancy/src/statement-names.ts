import { createHash } from 'node:crypto'

const MOST = 200
const names = new Map<string, string>()

/**
 * The name under which a statement is prepared on each connection. Only so many distinct texts get
 * one, since every name costs memory in every backend; the rest run unnamed.
 */
export function statementName(text: string): string | undefined {
  const known = names.get(text)
  if (known !== undefined || names.size >= MOST) return known
  const name = `w${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
  names.set(text, name)
  return name
}
