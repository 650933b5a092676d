import { HospitalReferenceSchema, SuspensionsSchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { notFound } from '../errors.ts'
import { HolidayRepository } from '../holidays/repository.ts'
import type { SystemHospitalRepository } from './system-repository.ts'

export interface InternalRoutesOptions {
  database: TenantDatabase<Database>
  everyHospital: SystemHospitalRepository
}

/** `/internal`: what the gateway and other services ask for themselves; the gateway forwards nobody here. */
export const internalRoutes: ServicePlugin<InternalRoutesOptions> = async (
  app,
  { database, everyHospital },
) => {
  app.get(
    '/suspensions',
    {
      config: { permission: 'system.suspensions.read' },
      schema: { response: { 200: SuspensionsSchema } },
    },
    async () => ({ suspended: await everyHospital.suspensions() }),
  )

  app.get(
    '/hospital',
    {
      config: { permission: 'system.references.read', peers: ['appointment'], problems: [404] },
      schema: { response: { 200: HospitalReferenceSchema } },
    },
    async ({ identity }) => {
      const hospital = await new HolidayRepository(database.tenant(identity)).reference()
      if (!hospital) throw notFound()
      return hospital
    },
  )
}
