import { join } from 'node:path'
import {
  Cluster,
  clusterConfig,
  type PartEntry,
  type ProcessRecord,
  Progress,
  readClusterFile,
  recordOf,
} from '@wardstone/cluster'
import { SERVICE_NAMES } from '@wardstone/contracts'
import pg from 'pg'
import { Link } from './link.ts'
import { LinkedServers } from './servers.ts'

/** The processes that answer clients, directly or behind the gateway. */
export const PROGRAMS = ['gateway', ...SERVICE_NAMES] as const

/** Where bytes can get lost. */
export type LinkName = 'clients' | 'postgres' | 'nats'

interface StageOptions {
  /** An empty folder. */
  data: string
  /** Told what the supervisor says. */
  say: (line: string) => void
  env: NodeJS.ProcessEnv
}

/** A whole cluster of this process's own, as `npm start` makes it, every part of which can be made to fail. */
export class Stage {
  readonly #data: string
  readonly #cluster: Cluster
  readonly #servers = new LinkedServers()
  #clients: Link | undefined

  constructor({ data, say, env }: StageOptions) {
    this.#data = data
    const config = clusterConfig({
      ...env,
      WARDSTONE_PORT: '0',
      WARDSTONE_DATA: data,
      WARDSTONE_RATE_LIMIT: 'off',
    })
    this.#cluster = new Cluster(config, new Progress(say), this.#servers.makers)
  }

  /** Resolves once every part is ready. */
  async start(): Promise<void> {
    await this.#cluster.start()
    this.#clients = await Link.to(this.parts.gateway?.port as number)
  }

  async stop(): Promise<void> {
    await this.#cluster.stop()
    await this.#clients?.close()
    await this.#servers.close()
  }

  /** The gateway's URL as clients have it: over their link. */
  get url(): string {
    return `http://127.0.0.1:${this.link('clients').port}`
  }

  /** cluster.json. */
  get parts(): Readonly<Record<string, PartEntry>> {
    return readClusterFile(this.#data) ?? {}
  }

  /** The process of a part, as long as it is the one that this cluster started. */
  process(part: string): ProcessRecord | undefined {
    const pid = this.parts[part]?.pid
    return pid ? recordOf(pid) : undefined
  }

  link(name: LinkName): Link {
    if (name !== 'clients') return this.#servers[name].link
    if (!this.#clients) throw new Error('The clients have no link yet.')
    return this.#clients
  }

  /** The administrator's URL of NATS, past the link. */
  get natsUrl(): string {
    return this.#servers.nats.directUrl
  }

  /** Where nats-server keeps its streams. */
  get streamsFolder(): string {
    return join(this.#servers.nats.data, 'jetstream')
  }

  /** Where the gateways keep their events while NATS is away. */
  get spoolFolder(): string {
    return join(this.#data, 'gateway-spool')
  }

  /** Rows as a superuser sees them, past the link. */
  async sql<Row extends object>(service: string, text: string, values: unknown[] = []) {
    const url = new URL(this.#servers.postgres.directUrl)
    url.pathname = `/wardstone_${service}`
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      return (await client.query<Row>(text, values)).rows
    } finally {
      await Promise.race([
        client.end().catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
      ])
    }
  }
}
