import type { Nats } from '@wardstone/events'
import { healthRoutes, type Part } from '@wardstone/service'
import type { FastifyInstance } from 'fastify'
import { remembered } from './remembered.ts'
import type { ServiceClients } from './service-client.ts'

/** One look at the services serves all who ask within this time: anybody may ask. */
const REMEMBERED_MS = 500

/** `/health` and `/ready`, and `beginDrain`: `/ready` says no, and connections close after their answer. */
export function health(app: FastifyInstance, clients: ServiceClients, nats: Nats): void {
  let draining = false
  app.decorate('beginDrain', () => {
    draining = true
  })
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining) reply.header('connection', 'close')
    done(null, payload)
  })
  const parts: Record<string, Part> = { nats: { isUp: () => nats.isUp(), optional: true } }
  for (const [name, client] of Object.entries(clients)) {
    const isUp = () => client.isReady().catch(() => false)
    parts[name] = { isUp: remembered(isUp, () => REMEMBERED_MS) }
  }
  healthRoutes(app, parts, () => draining)
}
