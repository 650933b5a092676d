import { promises as fs } from 'node:fs'
import path from 'node:path'
import { Kysely, PostgresDialect } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import pg from 'pg'

interface Migrate {
  /** A superuser's URL of the service's database; it works as the service's owner. */
  adminDatabaseUrl: string
  service: string
  /** The service's `src/database/migrations`. */
  folder: string
}

/**
 * Applies the migrations that are missing, each once, under Kysely's lock.
 * @returns the names of those it applied
 * @throws Error that names the migration which failed; it and those after it are not applied
 */
export async function migrateDatabase({
  adminDatabaseUrl,
  service,
  folder,
}: Migrate): Promise<string[]> {
  const pool = new pg.Pool({
    connectionString: adminDatabaseUrl,
    max: 1,
    options: `-c role=${service}_owner`,
  })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const provider = new FileMigrationProvider({ fs, path, migrationFolder: folder })
    const { results = [], error } = await new Migrator({ db, provider }).migrateToLatest()
    if (error) {
      const failed =
        results.find((result) => result.status === 'Error')?.migrationName ?? 'a migration'
      throw new Error(`The ${service} database could not be migrated: ${failed} failed.`, {
        cause: error,
      })
    }
    return results.map((result) => result.migrationName)
  } finally {
    await db.destroy()
  }
}
