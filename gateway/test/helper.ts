import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Signer, type TestScope } from '@wardstone/cluster/testing'
import { SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import { createLogger, loadConfig } from '@wardstone/service'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../src/app.ts'
import { type Config, ConfigSchema } from '../src/config.ts'

import { Upstream } from './upstream.ts'

export { exchange } from '@wardstone/cluster/testing'

/** A gateway that listens, the services behind it, and who signs its clients' tokens. */
export interface TestGateway {
  app: FastifyInstance
  port: number
  url: string
  config: Config
  signer: Signer
  upstreams: Record<ServiceName, Upstream>
  /** Every line the gateway logged. */
  logs: () => string
  get: (path: string, headers?: Record<string, string>) => Promise<Response>
  post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response>
}

/** Nothing listens there: what does not need NATS works without it. */
const NO_NATS = 'nats://gateway:none@127.0.0.1:1'

export const CITY = '0190d1f0-0000-7000-8000-00000000c17e'
export const RIVERSIDE = '0190d1f0-0000-7000-8000-00000000d1fe'

/**
 * Starts a gateway and its services on free ports, all gone with the test. Waits until it can judge
 * tokens, unless `prepare` has changed what the services answer.
 */
export async function startGateway(
  t: TestScope,
  overrides: Partial<Record<keyof Config, string>> = {},
  signer = new Signer(),
  { prepare }: { prepare?: (upstreams: Record<ServiceName, Upstream>) => void } = {},
): Promise<TestGateway> {
  const upstreams = await startUpstreams(t, signer)
  prepare?.(upstreams)
  const folder = await mkdtemp(join(tmpdir(), 'wardstone-gateway-'))
  const lines: string[] = []
  const config = loadConfig(ConfigSchema, {
    AUTH_URL: upstreams.auth.url,
    HOSPITAL_URL: upstreams.hospital.url,
    PATIENT_URL: upstreams.patient.url,
    APPOINTMENT_URL: upstreams.appointment.url,
    AUDIT_URL: upstreams.audit.url,
    ...identityKeys(),
    NATS_URL: NO_NATS,
    SPOOL_FOLDER: join(folder, 'spool'),
    RATE_LIMIT: 'off',
    ...overrides,
  })
  const app = buildApp(
    config,
    createLogger('gateway', 'info', { write: (line) => void lines.push(line) }),
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    app.server.closeAllConnections()
    await app.close()
    await rm(folder, { recursive: true })
  })
  const { port } = app.server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const gateway: TestGateway = {
    app,
    port,
    url,
    config,
    signer,
    upstreams,
    logs: () => lines.join(''),
    get: (path, headers = {}) => fetch(`${url}${path}`, { headers }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
  if (!prepare) await untilJudging(gateway)
  return gateway
}

/** The key of each service in tests. */
export function identityKey(service: ServiceName): string {
  return `${service}-identity-key-of-tests-of-43-or-more-characters`
}

/** Waits until `condition` holds; how long it took, in milliseconds. */
export async function eventually(condition: () => unknown, within = 5000): Promise<number> {
  const start = Date.now()
  while (!(await condition())) {
    if (Date.now() - start > within) throw new Error(`It did not happen within ${within} ms.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Date.now() - start
}

async function startUpstreams(
  t: TestScope,
  signer: Signer,
): Promise<Record<ServiceName, Upstream>> {
  const started = await Promise.all(
    SERVICE_NAMES.map(async (name) => [name, await Upstream.start(t)] as const),
  )
  const upstreams = Object.fromEntries(started) as Record<ServiceName, Upstream>
  upstreams.auth.answers.set('/.well-known/jwks.json', () => signer.jwks())
  upstreams.auth.answers.set('/internal/revocations', () => ({ revocations: [] }))
  upstreams.hospital.answers.set('/internal/suspensions', () => ({ suspended: [] }))
  return upstreams
}

function identityKeys(): Record<string, string> {
  return Object.fromEntries(
    SERVICE_NAMES.map((name) => [`IDENTITY_KEY_${name.toUpperCase()}`, identityKey(name)]),
  )
}

/** The first look at keys and revocations is on its way when `listen` resolves. */
async function untilJudging({ get, signer, upstreams }: TestGateway): Promise<void> {
  await eventually(async () => {
    const { status } = await get('/api/patients', signer.bearer())
    return status !== 503
  })
  upstreams.patient.received.length = 0
}
