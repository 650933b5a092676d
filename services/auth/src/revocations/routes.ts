import { RevocationsSchema } from '@wardstone/contracts'
import type { ServicePlugin } from '@wardstone/service'
import type { SystemRevocationRepository } from './repository.ts'

/** `/internal/revocations`: what a gateway asks for regularly, so that it knows even while NATS is away. */
export const revocationRoutes: ServicePlugin<{ revocations: SystemRevocationRepository }> = async (
  app,
  { revocations },
) => {
  app.get(
    '/revocations',
    {
      config: { permission: 'system.revocations.read' },
      schema: { response: { 200: RevocationsSchema } },
    },
    async () => ({ revocations: await revocations.list() }),
  )
}
