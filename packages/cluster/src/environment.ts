import { join } from 'node:path'
import type { ClusterConfig } from './config.ts'
import type { ServiceDatabase } from './databases.ts'
import type { Secrets } from './secrets.ts'
import type { MessageServer } from './servers.ts'
import { type ServiceEntry, TOKENS } from './services.ts'

/** What the environments of the parts are made from. */
export interface Surroundings {
  config: Pick<ClusterConfig, 'inherited' | 'data' | 'host' | 'rateLimit'>
  secrets: Secrets
  nats: Pick<MessageServer, 'urlFor'>
}

/** The environment of one service. */
export function serviceEnvironment(
  { config, secrets, nats }: Surroundings,
  service: ServiceEntry,
  database: ServiceDatabase,
): NodeJS.ProcessEnv {
  return {
    ...config.inherited,
    HOST: '127.0.0.1',
    IDENTITY_KEY: secrets.identityKey(service.name),
    DATABASE_URL: database.databaseUrl,
    RELAY_DATABASE_URL: database.relayUrl,
    ...(service.system && { SYSTEM_DATABASE_URL: database.systemUrl }),
    NATS_URL: nats.urlFor(service.name),
    ...service.environment?.({ secrets, data: config.data }),
  }
}

/** The environment of the gateway, which knows each service by name. */
export function gatewayEnvironment(
  { config, secrets, nats }: Surroundings,
  ports: Map<string, number>,
): NodeJS.ProcessEnv {
  const upstreams = [...ports].flatMap(([name, port]) => [
    [`${name.toUpperCase()}_URL`, `http://127.0.0.1:${port}`],
    [`IDENTITY_KEY_${name.toUpperCase()}`, secrets.identityKey(name)],
  ])
  return {
    ...config.inherited,
    ...TOKENS,
    ...Object.fromEntries(upstreams),
    HOST: config.host,
    NATS_URL: nats.urlFor('gateway'),
    SPOOL_FILE: join(config.data, 'gateway-spool.jsonl'),
    RATE_LIMIT: config.rateLimit,
  }
}
