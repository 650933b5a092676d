import { SuspensionsSchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { SystemHospitalRepository } from './system-repository.ts'

export interface InternalRoutesOptions {
  everyHospital: SystemHospitalRepository
}

/** `/internal`: what the gateway asks for itself; it forwards nobody here. */
export const internalRoutes: ServicePlugin<InternalRoutesOptions> = async (
  app,
  { everyHospital },
) => {
  app.get(
    '/suspensions',
    {
      config: { permission: 'system.suspensions.read' },
      schema: { response: { 200: SuspensionsSchema } },
    },
    async () => ({ suspended: await everyHospital.suspensions() }),
  )
}
