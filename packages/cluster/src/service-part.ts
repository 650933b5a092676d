import { type ChildProcess, spawn } from 'node:child_process'
import { BoundSocket } from 'node:net'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PartEntry } from './cluster-file.ts'
import type { DataFolder } from './data-folder.ts'
import { doorUrl } from './door.ts'
import { type OnPartChange, Part } from './part.ts'

/** How one of our own processes is run. */
export interface ServicePartOptions {
  name: string
  /** Absolute path of its main.ts. */
  program: string
  env: NodeJS.ProcessEnv
  /** Where it listens: an IP address or “localhost”, and a port that may be 0 for a free one. */
  host: string
  port: number
  folder: DataFolder
  onChange: OnPartChange
}

const READY_PATIENCE = 60_000

/**
 * A service or the gateway as a process of the cluster. Its sockets are ours: it inherits them, as from
 * systemd, so that whoever comes while it is restarted waits and is not refused.
 */
export class ServicePart {
  readonly part: Part
  readonly port: number
  readonly #sockets: readonly BoundSocket[]
  readonly #metricsPort: number

  constructor(options: ServicePartOptions) {
    const { name, program, env, folder, onChange } = options
    const host = options.host === 'localhost' ? '127.0.0.1' : options.host
    const socket = new BoundSocket({ host, port: options.port })
    const metrics = new BoundSocket({ host })
    this.port = socket.address().port
    this.#metricsPort = metrics.address().port
    this.#sockets = [socket, metrics]
    this.part = new Part({
      name,
      spawn: (log) =>
        spawn(process.execPath, [program], {
          cwd: dirname(dirname(program)),
          env: { ...env, LISTEN_FDS: '2', NODE_COMPILE_CACHE: folder.compileCache },
          detached: true,
          stdio: ['ignore', log, log, socket.fd(), metrics.fd(), 'ipc'],
        }),
      ready: listening,
      logFile: folder.logFile(name),
      recordFile: folder.recordFile(name),
      mark: program,
      stopSignals: ['SIGTERM'],
      patience: 12_000,
      onChange,
    })
  }

  /** Waits until `GET /ready` says that the part can work. */
  async untilReady(host: string) {
    const deadline = Date.now() + READY_PATIENCE
    while (!(await isReady(`${doorUrl({ host, port: this.port })}/ready`))) {
      if (this.part.stopped) return
      if (Date.now() > deadline) throw new Error(`${this.part.name} does not get ready.`)
      await sleep(50)
    }
  }

  /** The part's line in cluster.json. */
  entry(host: string): PartEntry {
    return {
      pid: this.part.pid ?? null,
      port: this.port,
      url: doorUrl({ host, port: this.port }),
      metrics_port: this.#metricsPort,
    }
  }

  /** Starts the process, resolves once it listens. */
  start(): Promise<void> {
    return this.part.start()
  }

  /** Stops the process and gives its ports back. */
  async stop() {
    await this.part.stop()
    for (const socket of this.#sockets) socket.close()
  }
}

/** Resolves once the process says that it listens. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', ({ type }: { type: string }) => {
      if (type === 'listening') resolve()
    })
  })
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
