import { join } from 'node:path'
import type { ClusterConfig } from './config.ts'
import type { ServiceDatabase } from './databases.ts'
import type { Secrets } from './secrets.ts'
import type { MessageServer } from './servers.ts'
import { SERVICES, type ServiceEntry, TOKENS } from './services.ts'

/** What the environments of the parts are made from. */
export interface Surroundings {
  config: Pick<ClusterConfig, 'inherited' | 'data' | 'host' | 'rateLimit'>
  secrets: Secrets
  nats: Pick<MessageServer, 'urlFor'>
}

/** What one service's environment holds beside that. */
interface Own {
  database: ServiceDatabase
  /** Of the services it asks. */
  ports: ReadonlyMap<string, number>
}

/** The environment of one service. */
export function serviceEnvironment(
  { config, secrets, nats }: Surroundings,
  service: ServiceEntry,
  { database, ports }: Own,
): NodeJS.ProcessEnv {
  return {
    ...config.inherited,
    HOST: '127.0.0.1',
    IDENTITY_KEY: secrets.identityKey(service.name),
    DATABASE_URL: database.databaseUrl,
    RELAY_DATABASE_URL: database.relayUrl,
    ...(service.system && { SYSTEM_DATABASE_URL: database.systemUrl }),
    NATS_URL: nats.urlFor(service.name),
    ...peerKeys(secrets, service),
    ...urlsOf(service.asks ?? [], ports),
    ...service.environment?.({ secrets, data: config.data }),
  }
}

/** The keys a service shares with those it asks and those that ask it, by their names. */
export function peerKeys(
  secrets: Pick<Secrets, 'peerKey'>,
  { name, asks = [] }: ServiceEntry,
): Record<string, string> {
  const asking = SERVICES.filter((other) => other.asks?.includes(name))
  return Object.fromEntries([
    ...asks.map((asked) => [identityKeyOf(asked), secrets.peerKey(name, asked)]),
    ...asking.map((other) => [identityKeyOf(other.name), secrets.peerKey(other.name, name)]),
  ])
}

function urlsOf(names: Iterable<string>, ports: ReadonlyMap<string, number>) {
  const urls = [...names].map((name) => [
    `${name.toUpperCase()}_URL`,
    `http://127.0.0.1:${ports.get(name)}`,
  ])
  return Object.fromEntries(urls) as Record<string, string>
}

function identityKeyOf(name: string): string {
  return `IDENTITY_KEY_${name.toUpperCase()}`
}

/** The environment of the gateway, which knows each service by name. */
export function gatewayEnvironment(
  { config, secrets, nats }: Surroundings,
  ports: ReadonlyMap<string, number>,
): NodeJS.ProcessEnv {
  const keys = [...ports.keys()].map((name) => [identityKeyOf(name), secrets.identityKey(name)])
  return {
    ...config.inherited,
    ...TOKENS,
    ...urlsOf(ports.keys(), ports),
    ...Object.fromEntries(keys),
    HOST: config.host,
    NATS_URL: nats.urlFor('gateway'),
    SPOOL_FOLDER: join(config.data, 'gateway-spool'),
    RATE_LIMIT: config.rateLimit,
  }
}
