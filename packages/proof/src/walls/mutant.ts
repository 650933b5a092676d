import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { ProbeName } from './probes.ts'

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../../../..')

/** A change to the source that takes one wall away, or a stone out of it. */
export interface Mutant {
  /** What somebody would have broken. */
  what: string
  /** The file, from the root of the repository. */
  file: string
  /** What stands there; every occurrence is replaced. */
  find: string | RegExp
  replace: string
  /** Who must notice. */
  probe: ProbeName
  /** With row-level security off, so that this wall stands alone. */
  alone?: true
}

/**
 * The source of its file with a mutant in it.
 * @throws Error when the file does not have what the mutant changes
 */
export function mutated({
  file,
  find,
  replace,
}: Pick<Mutant, 'file' | 'find' | 'replace'>): string {
  const source = readFileSync(resolve(ROOT, file), 'utf8')
  const changed = source.replaceAll(find, replace)
  if (changed === source) throw new Error(`${file} does not have what is to be changed.`)
  return changed
}
