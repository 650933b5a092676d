import { connectNats, OutboxRelay, relayGauges } from '@wardstone/events'
import {
  addGauges,
  CursorCodec,
  createLogger,
  createService,
  housekeeping,
  Lines,
  type Service,
} from '@wardstone/service'
import {
  AuditRecorder,
  createSystemDatabase,
  IdempotencyKeys,
  SystemIdempotencyRepository,
  TenantDatabase,
} from '@wardstone/tenancy'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { SystemImportRepository } from './imports/repository.ts'
import { importRoutes } from './imports/routes.ts'
import { internalRoutes } from './patients/internal-routes.ts'
import { recordRoutes } from './patients/record-routes.ts'
import { patientRoutes } from './patients/routes.ts'
import { transferRoutes } from './patients/transfer-routes.ts'

const name = 'patient'

/** A registration takes some ten milliseconds; nobody waits at a desk for longer than this. */
const LINE = { waiting: 1000, patienceMs: 6000 }

/** The patient service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const pool = { poolSize: config.DATABASE_POOL_SIZE, applicationName: name, logger }
  const database = new TenantDatabase<Database>({ ...pool, url: config.DATABASE_URL })
  const system = createSystemDatabase<Database>({
    ...pool,
    poolSize: 2,
    url: config.SYSTEM_DATABASE_URL,
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
  addGauges(app.metrics, relayGauges(relay))
  const desk = {
    database,
    keys: new IdempotencyKeys(config.IDENTITY_KEY, config.IDENTITY_KEY_PREVIOUS),
    cursors: new CursorCodec(config.IDENTITY_KEY),
    lines: new Lines(LINE, 'Too many register patients at once; try again'),
  }
  await app.register(patientRoutes, { prefix: '/api/patients', ...desk })
  await app.register(transferRoutes, { prefix: '/api/patients', ...desk })
  await app.register(importRoutes, { prefix: '/api/patients/imports', ...desk })
  await app.register(recordRoutes, { prefix: '/api/patients', ...desk })
  await app.register(internalRoutes, { prefix: '/internal', database })
  const keptAnswers = new SystemIdempotencyRepository(system)
  const imports = new SystemImportRepository(system)
  housekeeping(app, [() => keptAnswers.removeOld(), () => imports.removeOld()])
  app.addHook('onReady', async () => relay.start())
  app.addHook('onClose', async () => {
    await relay.stop()
    await nats.close()
    await Promise.all([database.close(), system.close()])
  })
  return app
}
