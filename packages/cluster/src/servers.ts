import { connectionOptions } from '@wardstone/events'
import { connect } from 'nats'
import pg from 'pg'
import type { ClusterConfig } from './config.ts'
import { NatsServer } from './nats-server.ts'
import type { OnPartChange } from './part.ts'
import { Postgres } from './postgres.ts'
import { ClusterProblem } from './problem.ts'

/** A server that the cluster works with: one of ours, or one that was there before. */
export interface Server {
  readonly pid: number | undefined
  readonly port: number
  /** The administrator's URL. */
  readonly url: string
  /** Where its files are, if it is ours. */
  readonly data?: string
  start(): Promise<void>
  stop(): Promise<void>
}

/** A nats-server with a user per service. */
export interface MessageServer extends Server {
  urlFor(user: string): string
}

type Maker<T extends Server> = (
  config: ClusterConfig,
  folder: string,
  onChange: OnPartChange,
) => Promise<T>

/** How the cluster comes by its servers. */
export interface ServerMakers {
  databaseServer: Maker<Server>
  messageServer: Maker<MessageServer>
}

/** The PostgreSQL of the cluster. */
export async function databaseServer(
  config: ClusterConfig,
  folder: string,
  onChange: OnPartChange,
): Promise<Server> {
  if (config.databaseUrl === undefined) return Postgres.prepare({ folder, durable: true, onChange })
  return new ExternalPostgres(config.databaseUrl)
}

/** The NATS of the cluster. */
export async function messageServer(
  config: ClusterConfig,
  folder: string,
  onChange: OnPartChange,
): Promise<MessageServer> {
  if (config.natsUrl === undefined) return NatsServer.prepare({ folder, onChange })
  return new ExternalNats(config.natsUrl)
}

class External implements Server {
  readonly pid = undefined
  readonly port: number
  readonly url: string

  constructor(variable: string, url: string, defaultPort: number) {
    if (!URL.canParse(url)) throw new ClusterProblem(`${variable} is not a URL.`)
    this.url = url
    this.port = Number(new URL(url).port || defaultPort)
  }

  async start() {}
  async stop() {}
}

class ExternalPostgres extends External {
  constructor(url: string) {
    super('DATABASE_URL', url, 5432)
  }

  override async start() {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: 5_000 })
    try {
      await client.connect()
      const { rows } = await client.query(
        'select rolsuper as super from pg_roles where rolname = current_user',
      )
      if (!rows[0].super) throw new Error('its user must be a superuser')
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ClusterProblem(`The PostgreSQL of DATABASE_URL cannot be used: ${reason}.`)
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}

/** Its users are its owner's business: every process signs in with what NATS_URL says. */
class ExternalNats extends External implements MessageServer {
  constructor(url: string) {
    super('NATS_URL', url, 4222)
  }

  override async start() {
    try {
      const connection = await connect({
        ...connectionOptions(this.url, 'admin'),
        reconnect: false,
      })
      await connection
        .jetstreamManager()
        .then((manager) => manager.getAccountInfo())
        .finally(() => connection.close())
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new ClusterProblem(`The NATS of NATS_URL cannot be used: ${reason}.`)
    }
  }

  urlFor(): string {
    return this.url
  }
}
