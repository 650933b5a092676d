import { resolve } from 'node:path'

/** The migrations of the service `ward`, which only these tests have. */
export const MIGRATIONS = resolve(import.meta.dirname, 'migrations')
