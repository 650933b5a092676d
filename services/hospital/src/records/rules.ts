import { isDeepStrictEqual } from 'node:util'
import type { ProblemError } from '@wardstone/service'

/** What of `next` differs from `current`. */
export function differences<T extends object>(current: T, next: Partial<T>): Partial<T> {
  const changed = Object.entries(next).filter(
    ([name, value]) => !isDeepStrictEqual(value, current[name as keyof T]),
  )
  return Object.fromEntries(changed) as Partial<T>
}

/** @throws `stale` when the caller saw another version than the record has now */
export function refuseStale(
  { version }: { version: number },
  expected: number | undefined,
  stale: (version: number) => ProblemError,
): void {
  if (expected !== undefined && expected !== version) throw stale(version)
}
