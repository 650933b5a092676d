import { PatientReferencesSchema, ReferenceQuerySchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { PatientRepository } from './repository.ts'

export interface InternalRoutesOptions {
  database: TenantDatabase<Database>
}

/**
 * `/internal`: what other services ask for one hospital; the gateway forwards nobody here. Nobody sees it
 * there: who asks puts on record to whom it shows what (docs/decisions/0022).
 */
export const internalRoutes: ServicePlugin<InternalRoutesOptions> = async (app, { database }) => {
  app.get(
    '/patients',
    {
      config: { permission: 'system.references.read', peers: ['appointment'] },
      schema: { querystring: ReferenceQuerySchema, response: { 200: PatientReferencesSchema } },
    },
    async ({ identity, query }) => {
      const ids = query.ids.split(',')
      return { results: await new PatientRepository(database.tenant(identity)).references(ids) }
    },
  )
}
