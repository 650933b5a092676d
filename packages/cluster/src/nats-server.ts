import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { natsPermissions } from '@wardstone/events'
import { connect } from 'nats'
import { findNatsServer } from './nats-binary.ts'
import { natsConfig } from './nats-config.ts'
import { type OnPartChange, Part } from './part.ts'
import { freePort } from './ports.ts'
import { randomPassword, secretFile, writeSecretFile } from './secret-file.ts'

/** Where an embedded nats-server runs. */
export interface NatsOptions {
  /** Holds the streams, the configuration, the passwords and the log; made when missing. */
  folder: string
  /** For tests: every user has the same password. */
  onePassword?: boolean
  /** Told when the server died by itself, and when it serves again. */
  onChange?: OnPartChange
}

/** A real nats-server of our own on a free port of 127.0.0.1. */
export class NatsServer {
  readonly port: number
  /** Where its files are. */
  readonly data: string
  readonly #passwords: Record<string, string>
  readonly #part: Part

  private constructor(port: number, data: string, passwords: Record<string, string>, part: Part) {
    this.port = port
    this.data = data
    this.#passwords = passwords
    this.#part = part
  }

  /** Finds the program and writes its configuration without starting anything. */
  static async prepare(options: NatsOptions): Promise<NatsServer> {
    const folder = resolve(options.folder)
    mkdirSync(folder, { recursive: true })
    const { path, version } = findNatsServer()
    const passwords = natsPasswords(join(folder, 'passwords.json'), options.onePassword)
    const port = await freePort()
    const config = join(folder, 'nats-server.conf')
    const storeFolder = join(folder, 'jetstream')
    writeSecretFile(config, natsConfig({ version, port, storeFolder, passwords }))
    const part = new Part({
      name: 'nats-server',
      spawn: (log) =>
        spawn(path, ['-c', config], { cwd: folder, detached: true, stdio: ['ignore', log, log] }),
      ready: (_child, gone) => answers(port, passwords.admin ?? '', gone),
      logFile: join(folder, 'nats-server.log'),
      recordFile: join(folder, 'process.json'),
      mark: config,
      stopSignals: ['SIGTERM'],
      ...(options.onChange && { onChange: options.onChange }),
    })
    return new NatsServer(port, folder, passwords, part)
  }

  /** The number of the process, undefined while it is down. */
  get pid(): number | undefined {
    return this.#part.pid
  }

  /** The administrator's URL. */
  get url(): string {
    return this.urlFor('admin')
  }

  /** The URL for one of the users: a service, the gateway or admin. */
  urlFor(user: string): string {
    return `nats://${user}:${this.#passwords[user]}@127.0.0.1:${this.port}`
  }

  /** Starts the server; one that an earlier run left behind on this folder is stopped first. */
  async start() {
    await this.#part.stopLeftover()
    await this.#part.start()
  }

  /** Stops the server cleanly; the streams stay. */
  async stop() {
    await this.#part.stop()
  }
}

/** One password per user; a user that is new since the last start gets one. */
function natsPasswords(file: string, onePassword = false): Record<string, string> {
  const common = randomPassword()
  const known = JSON.parse(secretFile(file, () => '{}')) as Record<string, string>
  const fresh = () => (onePassword ? common : randomPassword())
  const users = Object.keys(natsPermissions)
  const passwords = Object.fromEntries(users.map((user) => [user, known[user] ?? fresh()]))
  writeSecretFile(file, JSON.stringify(passwords, undefined, 2))
  return passwords
}

async function answers(port: number, pass: string, gone: AbortSignal) {
  while (!gone.aborted) {
    try {
      const options = { servers: `127.0.0.1:${port}`, user: 'admin', pass, timeout: 1_000 }
      const connection = await connect({ ...options, reconnect: false })
      await (await connection.jetstreamManager()).getAccountInfo()
      await connection.close()
      return
    } catch {
      await sleep(25)
    }
  }
}
