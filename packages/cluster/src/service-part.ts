import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PartEntry } from './cluster-file.ts'
import type { DataFolder } from './data-folder.ts'
import { doorUrl } from './door.ts'
import { Part, type PartChange } from './part.ts'

/** How one of our own processes is run. */
export interface ServicePartOptions {
  name: string
  /** Absolute path of its main.ts. */
  program: string
  env: NodeJS.ProcessEnv
  /** 0 takes a free port. */
  port: number
  folder: DataFolder
  onChange(change: PartChange): void
}

const READY_PATIENCE = 60_000

interface Listening {
  type: 'listening'
  port: number
  metrics_port?: number
}

/** A service or the gateway as a process of the cluster; it keeps its ports when it is restarted. */
export class ServicePart {
  readonly part: Part
  port: number
  metricsPort = 0

  constructor(options: ServicePartOptions) {
    const { name, program, env, folder, onChange } = options
    this.port = options.port
    this.part = new Part({
      name,
      spawn: (log) =>
        spawn(process.execPath, [program], {
          cwd: dirname(dirname(program)),
          env: { ...env, PORT: String(this.port), METRICS_PORT: String(this.metricsPort) },
          detached: true,
          stdio: ['ignore', log, log, 'ipc'],
        }),
      ready: (child) => this.#listening(child),
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
      metrics_port: this.metricsPort,
    }
  }

  #listening(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.on('message', (message: Listening) => {
        if (message.type !== 'listening') return
        this.port = message.port
        this.metricsPort = message.metrics_port ?? 0
        resolve()
      })
    })
  }
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
