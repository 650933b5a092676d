import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** A package that has tests. */
export interface TestedPackage {
  name: string
  folder: string
  /** Its files of tests, within its `test` folder. */
  files: string[]
}

/**
 * All packages that have tests; `only` keeps those whose path ends in one of the words. Those whose
 * files start whole clusters and servers come first: a long file that starts last is waited for.
 */
export function testedPackages(only: string[]): TestedPackage[] {
  const within = (parent: string) =>
    readdirSync(join(ROOT, parent)).map((name) => join(parent, name))
  return [...within('packages'), 'gateway', ...within('services')]
    .filter((folder) => only.length === 0 || only.some((word) => folder.endsWith(word)))
    .map((folder) => join(ROOT, folder))
    .filter(hasTests)
    .map(testedPackage)
}

function hasTests(folder: string): boolean {
  const file = join(folder, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.test !== undefined
}

/** The package of a folder. */
export function testedPackage(folder: string): TestedPackage {
  const tests = join(folder, 'test')
  const files = existsSync(tests) ? readdirSync(tests, { recursive: true, encoding: 'utf8' }) : []
  return {
    name: relative(ROOT, folder),
    folder,
    files: files.filter((file) => file.endsWith('.test.ts')).sort(),
  }
}
