import type { ServiceName } from '@wardstone/contracts'
import { migrateDatabase, provisionDatabase } from '@wardstone/tenancy'
import type { DemoDatabases } from './demo/demo-data.ts'
import type { Progress } from './progress.ts'
import type { DatabasePasswords, Secrets } from './secrets.ts'
import { migrationsFolder, SERVICES } from './services.ts'

/** A service's database, a URL per role. */
export type ServiceDatabase = Awaited<ReturnType<typeof provisionDatabase>>

/** Makes every service's roles and database and brings its tables up to date. */
export async function prepareDatabases(
  adminUrl: string,
  secrets: Pick<Secrets, 'databasePasswords'>,
  progress: Progress,
): Promise<Map<string, ServiceDatabase>> {
  const databases = new Map<string, ServiceDatabase>()
  for (const { name: service } of SERVICES) {
    await progress.step(`database ${service}`, async (detail) => {
      const passwords = secrets.databasePasswords(service)
      const database = await provisionDatabase({ adminUrl, service, passwords })
      const { adminDatabaseUrl } = database
      const folder = migrationsFolder(service)
      const { length } = await migrateDatabase({ adminDatabaseUrl, service, folder })
      detail(length === 0 ? 'up to date' : `${length} ${length === 1 ? 'migration' : 'migrations'}`)
      databases.set(service, database)
    })
  }
  return databases
}

/** The superuser's URLs of the databases that demo data goes to, on the server of `adminUrl`. */
export function databaseUrlsOn(adminUrl: string): DemoDatabases {
  const url = (service: ServiceName) => databaseUrlOn(adminUrl, service)
  return { auth: url('auth'), hospital: url('hospital'), patient: url('patient') }
}

/** The URL of a service's database for one of its roles. */
export function databaseUrlAs(
  adminUrl: string,
  service: ServiceName,
  role: keyof DatabasePasswords,
  password: string,
): string {
  const url = new URL(databaseUrlOn(adminUrl, service))
  url.username = `${service}_${role}`
  url.password = password
  return url.href
}

/** The superuser's URL of a service's database, on the server of `adminUrl`. */
export function databaseUrlOn(adminUrl: string, service: ServiceName): string {
  const url = new URL(adminUrl)
  url.pathname = `/wardstone_${service}`
  return url.href
}
