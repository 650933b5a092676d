/** Packages of many short files, each of which was shown to leave nothing behind for the next one. */
const SHARING = new Set([
  'gateway',
  'packages/contracts',
  'packages/service',
  'services/audit',
  'services/auth',
  'services/hospital',
  'services/patient',
])

/** How many files share a process, which takes more than a second of a processor to start. */
const TOGETHER = 5

/** The files of a package, those together that share a process. */
export function partsOf(name: string, files: readonly string[]): string[][] {
  const count = Math.ceil(files.length / (SHARING.has(name) ? TOGETHER : 1))
  return Array.from({ length: count }, (_, part) =>
    files.filter((_file, index) => index % count === part),
  )
}
