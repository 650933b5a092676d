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
import { accountRoutes } from './accounts/routes.ts'
import { breakGlassRoutes } from './break-glass/routes.ts'
import type { Config } from './config.ts'
import type { Database } from './database/schema.ts'
import { hospitalEventHandler } from './hospitals/events.ts'
import { InvitationDesk } from './invitations/desk.ts'
import { firstAdminRoutes } from './invitations/first-admin-routes.ts'
import { invitationRoutes } from './invitations/routes.ts'
import { membershipRoutes } from './memberships/routes.ts'
import { Messaging } from './messaging.ts'
import { Passwords } from './passwords/passwords.ts'
import { passwordRoutes } from './passwords/routes.ts'
import { Repetitions } from './repetitions.ts'
import { systemRepositories } from './repositories.ts'
import { revocationRoutes } from './revocations/routes.ts'
import { Entry } from './sessions/entry.ts'
import { ownSessionRoutes } from './sessions/own-session-routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { Throttle } from './throttling/throttle.ts'
import { AccessTokens } from './tokens/access-tokens.ts'
import { keyRoutes } from './tokens/routes.ts'
import { loadSigningKeys } from './tokens/signing-keys.ts'
import { userRoutes } from './users/routes.ts'

const name = 'auth'

/** The auth service: everything but the process. */
export async function buildApp(config: Config): Promise<Service> {
  const logger = createLogger(name, config.LOG_LEVEL)
  const keys = await loadSigningKeys(config.SIGNING_KEYS_FILE)
  const passwords = await Passwords.create(logger)
  const pool = { poolSize: config.DATABASE_POOL_SIZE, applicationName: name, logger }
  const database = new TenantDatabase<Database>({ url: config.DATABASE_URL, ...pool })
  const system = createSystemDatabase<Database>({ url: config.SYSTEM_DATABASE_URL, ...pool })
  const repositories = systemRepositories(system.db, config.ACCESS_TOKEN_SECONDS)
  const { failures, glasses, invitations, revocations, sessions } = repositories
  const messaging = new Messaging(config, hospitalEventHandler(repositories, logger), logger)
  for (const written of [database, system]) written.onWrite(() => messaging.poke())

  const app = await createService({
    name,
    config,
    logger,
    parts: {
      postgres: { isUp: async () => (await database.isUp()) && (await system.isUp()) },
      nats: { isUp: () => messaging.isUp(), optional: true },
    },
    recordAudit: new AuditRecorder(database).record,
  })
  addGauges(app.metrics, messaging.gauges())
  const { recordAudit } = app
  const accessTokens = new AccessTokens(keys, config)
  const sessionSeconds = config.SESSION_SECONDS
  const idempotencyKeys = new IdempotencyKeys(config.IDENTITY_KEY, config.IDENTITY_KEY_PREVIOUS)
  const parts = {
    ...repositories,
    database,
    system,
    repetitions: new Repetitions(idempotencyKeys, recordAudit),
    desk: new InvitationDesk(invitations),
    passwords,
    passwordMinLength: config.PASSWORD_MIN_LENGTH,
    accessTokens,
    entry: new Entry({ sessions, glasses, accessTokens, sessionSeconds, recordAudit }),
    throttle: new Throttle({ failures, secret: config.IDENTITY_KEY, recordAudit }),
    cursors: new CursorCodec(config.IDENTITY_KEY),
  }
  await app.register(keyRoutes, { prefix: '/.well-known', keys })
  await app.register(sessionRoutes, { prefix: '/api/auth', ...parts })
  await app.register(ownSessionRoutes, { prefix: '/api/auth/sessions', ...parts })
  await app.register(accountRoutes, { prefix: '/api/auth', ...parts })
  await app.register(membershipRoutes, { prefix: '/api/auth', ...parts })
  await app.register(passwordRoutes, { prefix: '/api/auth', ...parts })
  await app.register(breakGlassRoutes, { prefix: '/api/break-glass', ...parts })
  await app.register(userRoutes, { prefix: '/api/users', ...parts })
  await app.register(invitationRoutes, { prefix: '/api/invitations', ...parts })
  await app.register(firstAdminRoutes, { prefix: '/api/invitations/first-admin', ...parts })
  await app.register(revocationRoutes, { prefix: '/internal', revocations })
  const keptAnswers = new SystemIdempotencyRepository(system)
  housekeeping(app, [
    () => sessions.removeOld(),
    () => revocations.removeExpired(),
    () => failures.removeOld(),
    () => invitations.removeOld(),
    () => keptAnswers.removeOld(),
  ])
  app.addHook('onReady', async () => messaging.start())
  app.addHook('onClose', async () => {
    await messaging.stop()
    await Promise.all([database.close(), system.close()])
  })
  return app
}
