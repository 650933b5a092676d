import { connectNats, DomainNews, OutboxRelay, relayGauges } from '@wardstone/events'
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
  HospitalCache,
  IdempotencyKeys,
  SystemIdempotencyRepository,
  TenantDatabase,
} from '@wardstone/tenancy'
import { absenceRoutes } from './absences/routes.ts'
import { availabilityRoutes } from './availability/routes.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { departmentRecordRoutes } from './departments/record-routes.ts'
import { departmentRoutes } from './departments/routes.ts'
import { doctorReferenceRoutes } from './doctors/internal-routes.ts'
import { doctorRecordRoutes } from './doctors/record-routes.ts'
import { doctorRoutes } from './doctors/routes.ts'
import { holidayRoutes } from './holidays/routes.ts'
import { internalRoutes } from './hospitals/internal-routes.ts'
import { hospitalRoutes } from './hospitals/routes.ts'
import type { Hospital } from './hospitals/schemas.ts'
import { SystemHospitalRepository } from './hospitals/system-repository.ts'

const name = 'hospital'

/** The hospital service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const pool = { poolSize: config.DATABASE_POOL_SIZE, applicationName: name, logger }
  const database = new TenantDatabase<Database>({ ...pool, url: config.DATABASE_URL })
  const system = createSystemDatabase<Database>({ ...pool, url: config.SYSTEM_DATABASE_URL })
  const nats = connectNats({ url: config.NATS_URL, name, logger })
  const relay = new OutboxRelay({ connectionString: config.RELAY_DATABASE_URL, nats, logger })
  const news = new DomainNews({ nats, subject: 'domain.*.hospital.hospital.>', logger })
  database.onWrite(() => relay.poke())
  system.onWrite(() => relay.poke())

  const app = await createService({
    name,
    config,
    logger,
    parts: {
      postgres: { isUp: async () => (await database.isUp()) && (await system.isUp()) },
      nats: { isUp: () => nats.isUp(), optional: true },
    },
    recordAudit: new AuditRecorder(database).record,
    peers: { appointment: config.IDENTITY_KEY_APPOINTMENT },
  })
  addGauges(app.metrics, relayGauges(relay))
  const everyHospital = new SystemHospitalRepository(system.db)
  const idempotencyKeys = new IdempotencyKeys(config.IDENTITY_KEY, config.IDENTITY_KEY_PREVIOUS)
  const parts = { database, idempotencyKeys, cursors: new CursorCodec(config.IDENTITY_KEY) }
  const profiles = new HospitalCache<Hospital>(news)
  await app.register(hospitalRoutes, {
    prefix: '/api/hospitals',
    ...parts,
    system,
    everyHospital,
    profiles,
  })
  await app.register(departmentRoutes, { prefix: '/api/departments', ...parts })
  await app.register(departmentRecordRoutes, { prefix: '/api/departments', ...parts })
  await app.register(doctorRoutes, { prefix: '/api/doctors', ...parts })
  await app.register(doctorRecordRoutes, { prefix: '/api/doctors', ...parts })
  await app.register(availabilityRoutes, { prefix: '/api/doctors', database })
  await app.register(absenceRoutes, { prefix: '/api/doctors', ...parts })
  await app.register(holidayRoutes, { prefix: '/api/holidays', ...parts })
  await app.register(internalRoutes, { prefix: '/internal', database, everyHospital })
  await app.register(doctorReferenceRoutes, { prefix: '/internal', database })
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
