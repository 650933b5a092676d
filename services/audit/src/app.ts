import { AUDIT_STREAM } from '@wardstone/contracts'
import { connectNats, DurableConsumer, OutboxRelay } from '@wardstone/events'
import { CursorCodec, createLogger, createService, type Service } from '@wardstone/service'
import { AuditRecorder, createSystemDatabase, TenantDatabase } from '@wardstone/tenancy'
import { Checkpointer } from './checkpoints/checkpointer.ts'
import { readCheckpointKey } from './checkpoints/key.ts'
import { checkpointRoutes } from './checkpoints/routes.ts'
import { SystemCheckpointRepository } from './checkpoints/system-repository.ts'
import { CheckpointWitness } from './checkpoints/witness.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { createIntake } from './events/intake.ts'
import { eventRoutes } from './events/routes.ts'
import { SystemEventRepository } from './events/system-repository.ts'

const name = 'audit'

/** The audit service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const shared = { poolSize: config.DATABASE_POOL_SIZE, applicationName: name, logger }
  const database = new TenantDatabase<Database>({ url: config.DATABASE_URL, ...shared })
  const system = createSystemDatabase<Database>({ url: config.SYSTEM_DATABASE_URL, ...shared, poolSize: 3 })
  const nats = connectNats({ url: config.NATS_URL, name, logger })
  const relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
  database.onWrite(() => relay.poke())

  const privateKey = readCheckpointKey(config.CHECKPOINT_KEY_FILE)
  const witness = new CheckpointWitness(config.CHECKPOINT_FILE)
  const checkpointer = new Checkpointer({
    repository: new SystemCheckpointRepository(system.db),
    witness,
    privateKey,
    everySeconds: config.CHECKPOINT_SECONDS,
    logger,
  })
  const consumer = new DurableConsumer({
    nats,
    stream: AUDIT_STREAM,
    durable: name,
    handle: createIntake({
      repository: new SystemEventRepository(system.db),
      logger,
      onAppended: (count) => checkpointer.appended(count),
    }),
    logger,
  })

  const app = await createService({
    name,
    config,
    logger,
    parts: { postgres: database, nats: { isUp: () => nats.isUp(), optional: true } },
    recordAudit: new AuditRecorder(database).record,
  })
  const options = { database, cursors: new CursorCodec(config.IDENTITY_KEY), witness, privateKey }
  await app.register(eventRoutes, { prefix: '/api/audit', ...options })
  await app.register(checkpointRoutes, { prefix: '/api/audit/checkpoints', ...options })

  app.addHook('onReady', async () => {
    await witness.open()
    relay.start()
    consumer.start()
    checkpointer.start()
  })
  app.addHook('onClose', async () => {
    await consumer.stop()
    await relay.stop()
    await checkpointer.stop()
    await Promise.all([nats.close(), witness.close(), database.close(), system.close()])
  })
  return app
}
