import { DOMAIN_STREAM } from '@wardstone/contracts'
import { connectNats, DurableConsumer, OutboxRelay, relayGauges } from '@wardstone/events'
import {
  addGauges,
  CursorCodec,
  createLogger,
  createService,
  housekeeping,
  type Service,
} from '@wardstone/service'
import {
  AuditRecorder,
  createSystemDatabase,
  IdempotencyKeys,
  SystemIdempotencyRepository,
  TenantDatabase,
} from '@wardstone/tenancy'
import { agendaRoutes } from './appointments/agenda-routes.ts'
import { linesOfDoctors } from './appointments/lines.ts'
import { readingRoutes } from './appointments/reading-routes.ts'
import { recordRoutes } from './appointments/record-routes.ts'
import { appointmentRoutes } from './appointments/routes.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { Directory } from './references/directory.ts'
import { referenceEventHandler } from './references/events.ts'
import { Owners } from './references/owners.ts'
import { SystemKnownRepository } from './references/system-repository.ts'
import { seriesRoutes } from './series/routes.ts'
import { slotRoutes } from './slots/routes.ts'

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
  const owners = new Owners(config)
  const handle = referenceEventHandler(new SystemKnownRepository(system.db), owners, logger)
  const consumer = new DurableConsumer({
    nats,
    stream: DOMAIN_STREAM,
    durable: name,
    handle,
    logger,
  })

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
  addGauges(app.metrics, relayGauges(relay))
  const desk = {
    database,
    directory: new Directory(owners, logger),
    lines: linesOfDoctors(),
    keys: new IdempotencyKeys(config.IDENTITY_KEY, config.IDENTITY_KEY_PREVIOUS),
  }
  const prefix = '/api/appointments'
  const cursors = new CursorCodec(config.IDENTITY_KEY)
  await app.register(appointmentRoutes, { prefix, desk, cursors })
  await app.register(agendaRoutes, { prefix, desk, cursors })
  await app.register(slotRoutes, { prefix, desk })
  await app.register(seriesRoutes, { prefix, desk })
  await app.register(readingRoutes, { prefix, desk })
  await app.register(recordRoutes, { prefix, desk })
  const keptAnswers = new SystemIdempotencyRepository(system)
  housekeeping(app, [() => keptAnswers.removeOld()])
  app.addHook('onReady', async () => {
    relay.start()
    consumer.start()
  })
  app.addHook('onClose', async () => {
    await Promise.all([relay.stop(), consumer.stop()])
    await Promise.all([nats.close(), owners.close()])
    await Promise.all([database.close(), system.close()])
  })
  return app
}
