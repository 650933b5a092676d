import { PatientReferencesSchema, ReferenceQuerySchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { TenantDatabase } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import * as events from './events.ts'
import { PatientRepository } from './repository.ts'

export interface InternalRoutesOptions {
  database: TenantDatabase<Database>
}

/** `/internal`: what other services ask for one hospital; the gateway forwards nobody here. */
export const internalRoutes: ServicePlugin<InternalRoutesOptions> = async (app, { database }) => {
  app.get(
    '/patients',
    {
      config: { permission: 'system.references.read', peers: ['appointment'] },
      schema: { querystring: ReferenceQuerySchema, response: { 200: PatientReferencesSchema } },
    },
    async ({ identity, query }) => {
      const ids = query.ids.split(',')
      const results = await new PatientRepository(database.tenant(identity)).references(ids)
      const shown = results.map(({ id }) => id)
      await app.recordAudit(events.patientsListed(identity, shown))
      return { results }
    },
  )
}
