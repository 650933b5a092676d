import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { KeeperCall, KeeperMessage } from './keeper.ts'

/** The part of a tap test that the harness needs. */
export interface TestScope {
  teardown(clean: () => unknown): unknown
}

/** The servers that all tests of a run share. */
export interface TestServers {
  /** Superuser URL of PostgreSQL. */
  adminUrl: string
  /** Administrator URL of NATS. */
  natsUrl: string
}

// biome-ignore lint/style/noProcessEnv: how the run of all tests tells each test of its servers
const environment = process.env
let shared: Promise<TestServers> | undefined

/** The servers of the test run, started for this process when the run has none. */
export function testServers(): Promise<TestServers> {
  shared ??= startShared()
  return shared
}

async function startShared(): Promise<TestServers> {
  const adminUrl = environment.WARDSTONE_TEST_POSTGRES_URL
  const natsUrl = environment.WARDSTONE_TEST_NATS_URL
  if (adminUrl && natsUrl) return { adminUrl, natsUrl }
  const keeper = new Keeper()
  return { adminUrl: await keeper.call('startPostgres'), natsUrl: await keeper.call('startNats') }
}

/** A nats-server that one test may stop and kill as it likes. */
export class PrivateNats {
  readonly natsUrl: string
  protected readonly keeper: Keeper

  constructor(keeper: Keeper, natsUrl: string) {
    this.keeper = keeper
    this.natsUrl = natsUrl
  }

  /** Starts nats-server again on the same port and streams. */
  async startNats() {
    await this.keeper.call('startNats')
  }

  /** Stops nats-server; it stays down. */
  async stopNats() {
    await this.keeper.call('stopNats')
  }

  /** Stops nats-server, deletes its JetStream folder and starts it again: it has no streams then. */
  async loseStreams() {
    await this.keeper.call('loseStreams')
  }

  /** Kills nats-server with SIGKILL; it comes back by itself. */
  async killNats() {
    await this.keeper.call('killNats')
  }
}

/** A PostgreSQL beside it, which the test may stop and kill too. */
export class PrivateServers extends PrivateNats implements TestServers {
  readonly adminUrl: string

  constructor(keeper: Keeper, { adminUrl, natsUrl }: TestServers) {
    super(keeper, natsUrl)
    this.adminUrl = adminUrl
  }

  /** Starts PostgreSQL again on the same port and data. */
  async startPostgres() {
    await this.keeper.call('startPostgres')
  }

  /** Stops PostgreSQL; it stays down. */
  async stopPostgres() {
    await this.keeper.call('stopPostgres')
  }

  /** Kills PostgreSQL with SIGKILL; it comes back by itself. */
  async killPostgres() {
    await this.keeper.call('killPostgres')
  }

  /** Stops PostgreSQL and starts it again. */
  async restartPostgres() {
    await this.stopPostgres()
    await this.startPostgres()
  }
}

/** Servers of this test alone, gone with its teardown. */
export async function privateServers(t: TestScope): Promise<PrivateServers> {
  const keeper = new Keeper()
  t.teardown(() => keeper.close())
  const adminUrl = await keeper.call('startPostgres')
  return new PrivateServers(keeper, { adminUrl, natsUrl: await keeper.call('startNats') })
}

/** A nats-server of this test alone that it may stop: without a PostgreSQL, which takes much longer to make. */
export async function stoppableNats(t: TestScope): Promise<PrivateNats> {
  const keeper = new Keeper()
  t.teardown(() => keeper.close())
  return new PrivateNats(keeper, await keeper.call('startNats'))
}

/** The administrator URL of an empty nats-server of this test alone. */
export async function privateNats(t: TestScope): Promise<string> {
  return (await stoppableNats(t)).natsUrl
}

/** The URL of another user of a test nats-server: a service, or gateway. */
export function natsUrlFor(natsUrl: string, user: string): string {
  return natsUrl.replace('//admin:', `//${user}:`)
}

/** The process that keeps servers for us; it never keeps ours alive. */
class Keeper {
  readonly #child: ChildProcess
  readonly #waiting = new Map<number, (answer: KeeperMessage) => void>()
  #next = 0

  constructor() {
    const program = fileURLToPath(new URL('keeper.ts', import.meta.url))
    this.#child = spawn(process.execPath, [program], {
      detached: true,
      env: { ...environment, NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('message', (answer: KeeperMessage) => this.#waiting.get(answer.id)?.(answer))
    this.#child.once('exit', () => {
      for (const answer of this.#waiting.values()) {
        answer({ id: 0, call: 'startPostgres', error: 'the process that keeps the servers ended' })
      }
    })
    this.#release()
  }

  async call(call: KeeperCall): Promise<string> {
    const id = this.#next++
    this.#child.ref()
    this.#child.channel?.ref()
    const answer = await new Promise<KeeperMessage>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#child.send({ id, call } satisfies KeeperMessage)
    })
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#release()
    if (answer.error !== undefined) throw new Error(`${call}: ${answer.error}`)
    return answer.value ?? ''
  }

  async close() {
    const ended = once(this.#child, 'exit')
    this.#child.ref()
    this.#child.disconnect()
    await ended
  }

  #release() {
    this.#child.unref()
    this.#child.channel?.unref()
  }
}
