import { connectNats, OutboxRelay, relayGauges } from '@wardstone/events'
import {
  addGauges,
  CursorCodec,
  createLogger,
  createService,
  type Service,
} from '@wardstone/service'
import { AuditRecorder, TenantDatabase } from '@wardstone/tenancy'
import { accessLogRoutes } from './access-log/routes.ts'
import { createChainWriter } from './chain-writer.ts'
import { readCheckpointKeys } from './checkpoints/keys.ts'
import { checkpointRoutes } from './checkpoints/routes.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { exportRoutes } from './events/export-routes.ts'
import { eventRoutes } from './events/routes.ts'

const name = 'audit'

/** The audit service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const { privateKey, keys } = readCheckpointKeys(config.CHECKPOINT_KEY_FILE)
  const database = new TenantDatabase<Database>({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: name,
    logger,
    // A minute or a year, what was refused or everything: what is rare is found by another index.
    plansAnew: true,
  })
  const nats = connectNats({ url: config.NATS_URL, name, logger })
  const relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
  const writer = createChainWriter({ config, nats, privateKey, keys, logger })
  database.onWrite(() => relay.poke())

  const app = await createService({
    name,
    config,
    logger,
    parts: {
      postgres: { isUp: async () => (await database.isUp()) && (await writer.isUp()) },
      nats: { isUp: () => nats.isUp(), optional: true },
    },
    recordAudit: new AuditRecorder(database).record,
  })
  writer.measure(app.metrics.registry)
  addGauges(app.metrics, relayGauges(relay))
  const vouchers = { keys, witnessFile: config.CHECKPOINT_FILE }
  const options = { database, cursors: new CursorCodec(config.IDENTITY_KEY), keys, vouchers }
  await app.register(eventRoutes, { prefix: '/api/audit', ...options })
  await app.register(exportRoutes, { prefix: '/api/audit/export', ...options })
  await app.register(accessLogRoutes, { prefix: '/api/patients/:id/access-log', ...options })
  await app.register(checkpointRoutes, { prefix: '/api/audit/checkpoints', ...options })

  app.addHook('onReady', async () => {
    await writer.start()
    relay.start()
  })
  app.addHook('onClose', async () => {
    await writer.stop()
    await relay.stop()
    await nats.close()
    await database.close()
  })
  return app
}
