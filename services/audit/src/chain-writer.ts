import type { KeyObject } from 'node:crypto'
import { AUDIT_STREAM } from '@wardstone/contracts'
import { DurableConsumer, type Nats } from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import type { Registry } from 'prom-client'
import { Checkpointer } from './checkpoints/checkpointer.ts'
import type { CheckpointKeys } from './checkpoints/keys.ts'
import { SystemCheckpointRepository } from './checkpoints/system-repository.ts'
import { CheckpointWitness } from './checkpoints/witness.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { createIntake } from './events/intake.ts'
import { SystemEventRepository } from './events/system-repository.ts'
import { AuditMetrics } from './metrics.ts'

export interface ChainWriterOptions {
  readonly config: Config
  readonly nats: Nats
  readonly privateKey: KeyObject
  readonly keys: CheckpointKeys
  readonly logger: Logger
}

const POOL_SIZE = 3

/** Everything that writes the chains: from the stream into the database, and what is signed of it. */
export function createChainWriter({ config, nats, privateKey, keys, logger }: ChainWriterOptions) {
  const metrics = new AuditMetrics()
  const witness = new CheckpointWitness(config.CHECKPOINT_FILE)
  const system = createSystemDatabase<Database>({
    url: config.SYSTEM_DATABASE_URL,
    poolSize: POOL_SIZE,
    applicationName: 'audit-chain',
    logger,
  })
  const checkpointer = new Checkpointer({
    repository: new SystemCheckpointRepository(system.db),
    witness,
    privateKey,
    keys,
    everySeconds: config.CHECKPOINT_SECONDS,
    logger,
  })
  const handle = createIntake({
    repository: new SystemEventRepository(system.db),
    logger,
    onAppended: (entries) => {
      metrics.appended(entries)
      checkpointer.appended(entries)
    },
    onPutAway: (reason) => metrics.putAway(reason),
  })
  const consumer = new DurableConsumer({
    nats,
    stream: AUDIT_STREAM,
    durable: 'audit',
    handle,
    logger,
  })
  return {
    isUp: system.isUp,
    measure: (registry: Registry) =>
      metrics.register(registry, { nats, checkpoints: () => checkpointer.stats() }),
    start: async () => {
      await witness.open()
      consumer.start()
      checkpointer.start()
    },
    stop: async () => {
      await consumer.stop()
      await checkpointer.stop()
      await Promise.all([witness.close(), system.close()])
    },
  }
}
