import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../../..')

/** The folders of all packages that have tests; `only` keeps those whose path ends in one of the words. */
export function testedPackages(only: string[]): string[] {
  const within = (parent: string) =>
    readdirSync(join(ROOT, parent)).map((name) => join(parent, name))
  return [...within('services'), 'gateway', ...within('packages')]
    .filter((folder) => only.length === 0 || only.some((word) => folder.endsWith(word)))
    .map((folder) => join(ROOT, folder))
    .filter(hasTests)
}

function hasTests(folder: string): boolean {
  const file = join(folder, 'package.json')
  return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).scripts?.test !== undefined
}
