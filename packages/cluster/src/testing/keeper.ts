import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NatsServer } from '../nats-server.ts'
import { Postgres } from '../postgres.ts'
import { findRemembered, isAlive, rememberProcess, stopProcess } from '../processes.ts'

/** What a test may ask of the process that keeps its servers. */
export type KeeperCall = keyof typeof calls

/** A question to the keeper and its answer. */
export interface KeeperMessage {
  id: number
  call: KeeperCall
  value?: string
  error?: string
}

const PREFIX = 'wardstone-test-'

// A process of its own: however the test ends, kill -9 included, the servers and their folder go.
const folder = mkdtempSync(join(tmpdir(), PREFIX))
rememberProcess(join(folder, 'keeper.json'), process.pid)
let postgres: Postgres | undefined
let nats: NatsServer | undefined

const calls = {
  async startPostgres() {
    postgres ??= await Postgres.prepare({ folder: join(folder, 'postgres'), durable: false })
    await postgres.start()
    return postgres.url
  },
  async startNats() {
    nats ??= await NatsServer.prepare({ folder: join(folder, 'nats'), onePassword: true })
    await nats.start()
    return nats.url
  },
  async stopPostgres() {
    await postgres?.stop()
  },
  async stopNats() {
    await nats?.stop()
  },
  async loseStreams() {
    await nats?.stop()
    rmSync(join(folder, 'nats', 'jetstream'), { recursive: true, force: true })
    await nats?.start()
  },
  async killPostgres() {
    if (postgres?.pid) process.kill(postgres.pid, 'SIGKILL')
  },
  async killNats() {
    if (nats?.pid) process.kill(nats.pid, 'SIGKILL')
  },
}

process.on('message', async ({ id, call }: KeeperMessage) => {
  try {
    const value = await calls[call]()
    process.send?.({ id, call, value })
  } catch (error) {
    process.send?.({ id, call, error: String(error) })
  }
})

process.once('disconnect', async () => {
  await Promise.allSettled([postgres?.stop(), nats?.stop()])
  rmSync(folder, { recursive: true, force: true })
  process.exit()
})

await sweep()

/** Removes what keepers that were killed left behind. */
async function sweep() {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const left = join(tmpdir(), name)
    const file = join(left, 'keeper.json')
    if (!existsSync(file) || isAlive(JSON.parse(readFileSync(file, 'utf8')))) continue
    for (const part of ['postgres', 'nats']) {
      const server = findRemembered(join(left, part, 'process.json'), left)
      if (server) await stopProcess(server, ['SIGQUIT'])
    }
    rmSync(left, { recursive: true, force: true })
  }
}
