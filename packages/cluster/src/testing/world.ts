import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import { loadConfig } from '@wardstone/service'
import type { FastifyInstance } from 'fastify'
import pg from 'pg'
import { gatewayEnvironment, type Surroundings, serviceEnvironment } from '../environment.ts'
import { Secrets } from '../secrets.ts'
import { GATEWAY_PROGRAM, type ServiceEntry, serviceProgram, startOrder } from '../services.ts'
import { Signer } from './access-token.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { natsUrlFor } from './servers.ts'

/** What a world is made of. */
export interface WorldOptions {
  /** Administrator URL of a nats-server with streams; without it events stay in the outboxes. */
  natsUrl?: string
  /** How many gateways: one unless said. */
  gateways?: number
  /** Which services: all unless said. The others cannot be reached. */
  services?: readonly ServiceName[]
  rateLimit?: 'on' | 'off'
  /** More environment for every part. */
  environment?: Record<string, string>
}

/** A service of a world. */
export interface WorldService {
  app: FastifyInstance
  url: string
  database: TestDatabase
  /** The key that identity tokens for it are signed with. */
  identityKey: string
}

type BuildApp = (config: object) => FastifyInstance | Promise<FastifyInstance>

/** Nothing listens there. */
const NOBODY = 'http://127.0.0.1:1'
const NO_NATS = 'nats://none:none@127.0.0.1:1'

/**
 * The whole of Wardstone in this process: the same programs with the same environment as a cluster's,
 * listening on free ports, on throw-away databases of the test servers.
 */
export class World {
  readonly signer = new Signer()
  readonly services = {} as Record<ServiceName, WorldService>
  /** The gateways' URLs, in the order they were opened. */
  readonly gateways: string[] = []
  readonly #options: WorldOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'wardstone-world-'))
  readonly #secrets = new Secrets(this.#folder)
  readonly #cleans: (() => unknown)[] = []
  readonly #admins = new Map<ServiceName, pg.Pool>()

  private constructor(options: WorldOptions) {
    this.#options = options
  }

  /** Starts all parts; those who ask before the gateways know what is revoked get 503. */
  static async start(options: WorldOptions = {}): Promise<World> {
    const world = new World(options)
    try {
      await world.#start()
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  /** The first gateway's URL. */
  get url(): string {
    return this.gateways[0] ?? NOBODY
  }

  /** Rows of a service's database as a superuser sees them. */
  async sql<Row extends object>(
    service: ServiceName,
    text: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const admin = this.#admins.get(service)
    if (!admin) throw new Error(`This world has no ${service} service.`)
    return (await admin.query<Row>(text, values)).rows
  }

  /** The key with which one service asks another. */
  peerKey(asking: ServiceName, asked: ServiceName): string {
    return this.#secrets.peerKey(asking, asked)
  }

  /** Starts one more gateway. */
  async openGateway(): Promise<void> {
    const env = gatewayEnvironment(this.#surroundings, this.#ports)
    const SPOOL_FOLDER = join(this.#folder, `spool-${this.gateways.length}`)
    this.gateways.push((await this.#run(GATEWAY_PROGRAM, { ...env, SPOOL_FOLDER })).url)
  }

  /** Stops every part and removes what it stored. */
  async close(): Promise<void> {
    for (let clean = this.#cleans.pop(); clean; clean = this.#cleans.pop()) await clean()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    const { services = SERVICE_NAMES, gateways = 1 } = this.#options
    this.#keepSigningKeys()
    for (const wave of startOrder(services)) {
      await Promise.all(wave.map((entry) => this.#startService(entry)))
    }
    for (let index = 0; index < gateways; index += 1) await this.openGateway()
  }

  async #startService(entry: ServiceEntry): Promise<void> {
    const { name } = entry
    const scope = { teardown: (clean: () => unknown) => this.#cleans.push(clean) }
    const database = await testDatabase(scope, name)
    const connectionString = database.adminDatabaseUrl
    const admin = new pg.Pool({ connectionString, max: 1, idleTimeoutMillis: 0 })
    admin.on('error', () => undefined)
    this.#cleans.push(() => admin.end())
    this.#admins.set(name, admin)
    const env = serviceEnvironment(this.#surroundings, entry, { database, ports: this.#ports })
    if (name === 'auth') env.SIGNING_KEYS_FILE = this.#signingKeysFile
    const part = await this.#run(serviceProgram(name), env)
    this.services[name] = { ...part, database, identityKey: this.#secrets.identityKey(name) }
  }

  /** Builds what the program at `main` builds, and listens. */
  async #run(main: string, env: NodeJS.ProcessEnv): Promise<{ app: FastifyInstance; url: string }> {
    const folder = dirname(main)
    const { ConfigSchema } = await import(join(folder, 'config.ts'))
    const { buildApp }: { buildApp: BuildApp } = await import(join(folder, 'app.ts'))
    const config = loadConfig(ConfigSchema, { ...env, LOG_LEVEL: 'silent', PORT: '0' })
    const app = await buildApp(config)
    this.#cleans.push(async () => {
      app.server.closeAllConnections()
      await app.close()
    })
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    return { app, url: `http://127.0.0.1:${port}` }
  }

  get #signingKeysFile(): string {
    return join(this.#folder, 'world-signing-keys.json')
  }

  #keepSigningKeys(): void {
    const { kid, privateKey } = this.signer.key()
    const key = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
    writeFileSync(this.#signingKeysFile, JSON.stringify({ keys: [key] }))
  }

  get #surroundings(): Surroundings {
    const { natsUrl, rateLimit = 'off', environment = {} } = this.#options
    return {
      config: { inherited: environment, data: this.#folder, host: '127.0.0.1', rateLimit },
      secrets: this.#secrets,
      nats: { urlFor: (user) => (natsUrl ? natsUrlFor(natsUrl, user) : NO_NATS) },
    }
  }

  get #ports(): Map<string, number> {
    const portOf = (name: ServiceName) => Number(new URL(this.services[name]?.url ?? NOBODY).port)
    return new Map(SERVICE_NAMES.map((name) => [name, portOf(name)]))
  }
}
