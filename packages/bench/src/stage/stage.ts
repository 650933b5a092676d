import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Cluster,
  clusterConfig,
  type DemoHospital,
  databaseServer,
  databaseUrlsOn,
  GATEWAY_PROGRAM,
  gatewayEnvironment,
  loadLarge,
  type MessageServer,
  messageServer,
  type PartEntry,
  Progress,
  readClusterFile,
  Secrets,
} from '@wardstone/cluster'
import { SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import pg from 'pg'
import { firstWord } from './child.ts'

interface StageOptions {
  say: (line: string) => void
  env: NodeJS.ProcessEnv
}

/** A whole cluster of the bench's own, as `npm start` makes it, with its own data that goes with it. */
export class Stage {
  readonly #data = mkdtempSync(join(tmpdir(), 'wardstone-bench-'))
  readonly #config: ReturnType<typeof clusterConfig>
  readonly #cluster: Cluster
  #nats: MessageServer | undefined
  hospitals: readonly DemoHospital[] = []

  constructor({ say, env }: StageOptions) {
    const own = { WARDSTONE_PORT: '0', WARDSTONE_DATA: this.#data, WARDSTONE_RATE_LIMIT: 'off' }
    this.#config = clusterConfig({ ...env, ...own })
    this.#cluster = new Cluster(this.#config, new Progress(say), {
      databaseServer,
      messageServer: async (...options) => {
        this.#nats = await messageServer(...options)
        return this.#nats
      },
    })
  }

  /** Resolves once every part is ready. */
  async start(): Promise<void> {
    await this.#cluster.start()
  }

  async stop(): Promise<void> {
    await this.#cluster.stop()
    rmSync(this.#data, { recursive: true, force: true })
  }

  /** Adds hospitals with logins and so many patients each. */
  async load(hospitals: number, patients: number): Promise<void> {
    const adminUrl = this.part('postgres').url
    const onPatients = () => undefined
    const loaded = await loadLarge(databaseUrlsOn(adminUrl), { hospitals, patients, onPatients })
    this.hospitals = [...this.hospitals, ...loaded]
  }

  /** Where a part is, as cluster.json tells it. */
  part(name: string): PartEntry {
    const entry = readClusterFile(this.#data)?.[name]
    if (!entry) throw new Error(`The cluster has no ${name}.`)
    return entry
  }

  /** The gateway's URL. */
  get url(): string {
    return this.part('gateway').url
  }

  /**
   * Starts one more gateway before the same services, with its limits on; `patientPort` is what it takes
   * for the patient service. Returns its URL.
   */
  async limitedGateway(patientPort = this.part('patient').port): Promise<string> {
    if (!this.#nats) throw new Error('The cluster was not started.')
    const ports = new Map(SERVICE_NAMES.map((name) => [name, this.part(name).port]))
    ports.set('patient', patientPort)
    const surroundings = {
      config: { ...this.#config, rateLimit: 'on' as const },
      secrets: new Secrets(this.#data),
      nats: this.#nats,
    }
    const env = { ...gatewayEnvironment(surroundings, ports), PORT: '0', METRICS_PORT: '0' }
    const { port } = (await firstWord(GATEWAY_PROGRAM, [], env)) as { port: number }
    return `http://127.0.0.1:${port}`
  }

  /** The superuser's URL of a service's database. */
  databaseUrl(service: ServiceName): string {
    const url = new URL(this.part('postgres').url)
    url.pathname = `/wardstone_${service}`
    return url.href
  }

  /** Rows as a superuser sees them. */
  async sql<Row extends object>(service: ServiceName, text: string, values: unknown[] = []) {
    const client = new pg.Client({ connectionString: this.databaseUrl(service) })
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }
}
