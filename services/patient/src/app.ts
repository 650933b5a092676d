import { connectNats, OutboxRelay } from '@wardstone/events'
import { CursorCodec, createLogger, createService, type Service } from '@wardstone/service'
import { AuditRecorder, TenantDatabase } from '@wardstone/tenancy'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { internalRoutes } from './patients/internal-routes.ts'
import { recordRoutes } from './patients/record-routes.ts'
import { patientRoutes } from './patients/routes.ts'

const name = 'patient'

/** The patient service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const database = new TenantDatabase<Database>({
    url: config.DATABASE_URL,
    poolSize: config.DATABASE_POOL_SIZE,
    applicationName: name,
    logger,
  })
  const nats = connectNats({ url: config.NATS_URL, name, logger })
  const relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
  database.onWrite(() => relay.poke())

  const app = await createService({
    name,
    config,
    logger,
    parts: { postgres: database, nats: { isUp: () => nats.isUp(), optional: true } },
    recordAudit: new AuditRecorder(database).record,
    peers: { appointment: config.IDENTITY_KEY_APPOINTMENT },
  })
  await app.register(patientRoutes, {
    prefix: '/api/patients',
    database,
    cursors: new CursorCodec(config.IDENTITY_KEY),
  })
  await app.register(recordRoutes, { prefix: '/api/patients', database })
  await app.register(internalRoutes, { prefix: '/internal', database })
  app.addHook('onReady', async () => relay.start())
  app.addHook('onClose', async () => {
    await relay.stop()
    await nats.close()
    await database.close()
  })
  return app
}
