import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { initialise } from './initdb.ts'
import { type OnPartChange, Part } from './part.ts'
import { freePort } from './ports.ts'
import { postgresBinaries, postgresUser } from './postgres-binaries.ts'
import { postgresHome } from './postgres-home.ts'
import { commandLineOf, recordOf, stopProcess } from './processes.ts'
import { randomPassword, secretFile } from './secret-file.ts'

/** Where and how an embedded PostgreSQL runs. */
export interface PostgresOptions {
  /** Holds the data, the password and the log; made when missing. */
  folder: string
  /** False only for tests: a crash of the machine may then lose data. */
  durable: boolean
  onChange?: OnPartChange
}

const STOP_SIGNALS: NodeJS.Signals[] = ['SIGINT', 'SIGQUIT']

/** A real PostgreSQL of our own on a free port of 127.0.0.1. */
export class Postgres {
  readonly port: number
  readonly #password: string
  readonly #part: Part
  /** Where its files are. */
  readonly data: string

  private constructor(port: number, password: string, data: string, part: Part) {
    this.port = port
    this.#password = password
    this.data = data
    this.#part = part
  }

  /** Prepares the folder (initdb the first time) without starting anything. */
  static async prepare(options: PostgresOptions): Promise<Postgres> {
    const folder = resolve(options.folder)
    const user = postgresUser()
    mkdirSync(folder, { recursive: true })
    const home = postgresHome(folder, user)
    const data = join(home, 'data')
    const password = secretFile(join(folder, 'password'), randomPassword)
    const programs = postgresBinaries(user, home)
    if (!existsSync(join(data, 'PG_VERSION')))
      initialise({ initdb: programs.initdb, data, user, password, durable: options.durable })
    const port = await freePort()
    const part = new Part({
      name: 'postgres',
      spawn: (log) =>
        spawn(programs.postgres, ['-D', data, '-p', String(port), ...settings(options.durable)], {
          ...user,
          cwd: data,
          detached: true,
          stdio: ['ignore', log, log],
        }),
      ready: (_child, gone) => answers(urlOf(port, password), gone),
      logFile: join(folder, 'postgres.log'),
      recordFile: join(folder, 'process.json'),
      mark: data,
      stopSignals: STOP_SIGNALS,
      patience: 15_000,
      ...(options.onChange && { onChange: options.onChange }),
    })
    return new Postgres(port, password, data, part)
  }

  /** The number of the postmaster, undefined while it is down. */
  get pid(): number | undefined {
    return this.#part.pid
  }

  /** The superuser's URL. */
  get url(): string {
    return urlOf(this.port, this.#password)
  }

  /** Starts the server; one that an earlier run left behind on this data is stopped first. */
  async start() {
    if (!(await this.#part.stopLeftover())) await stopPostmaster(this.data)
    await this.#part.start()
  }

  /** Stops the server cleanly; the data stays. */
  async stop() {
    await this.#part.stop()
  }
}

function urlOf(port: number, password: string) {
  return `postgres://postgres:${password}@127.0.0.1:${port}/postgres`
}

function settings(durable: boolean): string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '300',
    client_connection_check_interval: '5s',
    // An error's detail and statement quote column values: patients do not belong in a log.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function answers(url: string, gone: AbortSignal) {
  while (!gone.aborted) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
    client.on('error', () => undefined)
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await sleep(25)
    }
  }
}

/** Stops a postmaster of this very folder whose start was not remembered in time. */
async function stopPostmaster(data: string) {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return
  const [pid, folder] = readFileSync(file, 'utf8').split('\n')
  const record = recordOf(Number(pid))
  if (!record || folder !== data) return
  const command = commandLineOf(record.pid)
  if (command.includes('postgres') && command.includes(`-D ${data} `)) {
    await stopProcess(record, STOP_SIGNALS, 15_000)
  }
}
