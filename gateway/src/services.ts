import { GATEWAY_ISSUER, SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import { IdentityTokens } from '@wardstone/service'
import { Agent, Pool } from 'undici'
import type { Config } from './config.ts'
import { ServiceClient, type ServiceClients } from './service-client.ts'

/** How the gateway reaches the services. */
export interface Services {
  urls: Record<ServiceName, string>
  /** For clients' requests. */
  pools: Record<ServiceName, Pool>
  /** For the gateway's own requests, which must not wait behind those of clients. */
  clients: ServiceClients
  identityTokens: IdentityTokens
  close: () => Promise<void>
}

/** Connections that nobody uses end here, before they end at the service: it lets them, also while it drains. */
const KEEP_ALIVE = { keepAliveTimeout: 2_000, keepAliveMaxTimeout: 2_000 }
const CONNECTIONS = 32

export function connectServices(config: Config): Services {
  const urls = {
    auth: config.AUTH_URL,
    hospital: config.HOSPITAL_URL,
    patient: config.PATIENT_URL,
    appointment: config.APPOINTMENT_URL,
    audit: config.AUDIT_URL,
  }
  const identityTokens = new IdentityTokens(GATEWAY_ISSUER, {
    auth: config.IDENTITY_KEY_AUTH,
    hospital: config.IDENTITY_KEY_HOSPITAL,
    patient: config.IDENTITY_KEY_PATIENT,
    appointment: config.IDENTITY_KEY_APPOINTMENT,
    audit: config.IDENTITY_KEY_AUDIT,
  })
  const dispatcher = new Agent({ ...KEEP_ALIVE, connections: 4, connect: { timeout: 1000 } })
  const pools = forEachService((service) => poolOf(urls[service], config.UPSTREAM_TIMEOUT_MS))
  return {
    urls,
    pools,
    clients: forEachService(
      (service) => new ServiceClient({ service, url: urls[service], identityTokens, dispatcher }),
    ),
    identityTokens,
    close: async () => {
      await Promise.all([dispatcher, ...Object.values(pools)].map((it) => it.destroy()))
    },
  }
}

function poolOf(url: string, timeout: number): Pool {
  return new Pool(new URL(url).origin, {
    ...KEEP_ALIVE,
    connections: CONNECTIONS,
    pipelining: 1,
    connect: { timeout: 1000 },
    headersTimeout: timeout,
    bodyTimeout: timeout,
  })
}

function forEachService<T>(make: (service: ServiceName) => T): Record<ServiceName, T> {
  return Object.fromEntries(SERVICE_NAMES.map((name) => [name, make(name)])) as Record<
    ServiceName,
    T
  >
}
