import { DoctorReferencesSchema, ReferenceQuerySchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { DoctorReferenceRepository } from './reference-repository.ts'

interface InternalRoutesOptions {
  database: TenantDatabase<Database>
}

/** `/internal/doctors`: what other services ask for one hospital; the gateway forwards nobody here. */
export const doctorReferenceRoutes: ServicePlugin<InternalRoutesOptions> = async (
  app,
  { database },
) => {
  app.get(
    '/doctors',
    {
      config: { permission: 'system.references.read', peers: ['appointment'] },
      schema: { querystring: ReferenceQuerySchema, response: { 200: DoctorReferencesSchema } },
    },
    async ({ identity, query }) => {
      const doctors = new DoctorReferenceRepository(database.tenant(identity))
      return { results: await doctors.list(query.ids.split(',')) }
    },
  )
}
