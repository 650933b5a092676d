import { connectNats, OutboxRelay } from '@wardstone/events'
import { createLogger, createService, housekeeping, type Service } from '@wardstone/service'
import {
  AuditRecorder,
  createSystemDatabase,
  SystemIdempotencyRepository,
  TenantDatabase,
} from '@wardstone/tenancy'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'

const name = 'appointment'

/** The appointment service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const pool = { poolSize: config.DATABASE_POOL_SIZE, applicationName: name, logger }
  const database = new TenantDatabase<Database>({ ...pool, url: config.DATABASE_URL })
  const system = createSystemDatabase<Database>({ ...pool, url: config.SYSTEM_DATABASE_URL })
  const nats = connectNats({ url: config.NATS_URL, name, logger })
  const relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
  database.onWrite(() => relay.poke())

  const app = await createService({
    name,
    config,
    logger,
    parts: {
      postgres: { isUp: async () => (await database.isUp()) && (await system.isUp()) },
      nats: { isUp: () => nats.isUp(), optional: true },
    },
    recordAudit: new AuditRecorder(database).record,
  })
  const keptAnswers = new SystemIdempotencyRepository(system)
  housekeeping(app, [() => keptAnswers.removeOld()])
  app.addHook('onReady', async () => relay.start())
  app.addHook('onClose', async () => {
    await relay.stop()
    await nats.close()
    await Promise.all([database.close(), system.close()])
  })
  return app
}
