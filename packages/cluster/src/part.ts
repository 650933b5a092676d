import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Relieved } from '@wardstone/service'
import { findRemembered, recordOf, rememberProcess, stopProcess } from './processes.ts'

/** A part died by itself, did not start again, or serves again after that; or a successor took over from one that was told to end. */
export type PartChange = 'died' | 'failed' | 'returned' | 'succeeded'

/** Told of each change; of one that failed, why. */
export type OnPartChange = (change: PartChange, reason?: string) => void

/** What a part needs to be started, watched and stopped. */
export interface PartOptions {
  name: string
  /** Starts the process, its output going to the file descriptor `log`. */
  spawn(log: number): ChildProcess
  /** Resolves once the process serves; `gone` is aborted when it ended or took too long. */
  ready(child: ChildProcess, gone: AbortSignal): Promise<void>
  logFile: string
  /** Where the process is remembered for a later run. */
  recordFile: string
  /** A text in the command line by which a remembered process is proved to be ours. */
  mark: string
  stopSignals: NodeJS.Signals[]
  /** Milliseconds each signal gets. */
  patience?: number
  onChange?: OnPartChange
}

const READY_TIMEOUT = 60_000
const FIRST_PAUSE = 100
const LONGEST_PAUSE = 5_000
const HEALTHY_AFTER = 30_000

/** One process of the cluster: started, kept running with backoff, stopped. */
export class Part {
  readonly name: string
  readonly #options: PartOptions
  #child: ChildProcess | undefined
  #stopped = true
  #life: Promise<void> = Promise.resolve()
  #halt = new AbortController()
  /** Those that were told to end, by somebody else than us, and see their clients off. */
  readonly #leaving = new Set<ChildProcess>()

  constructor(options: PartOptions) {
    this.name = options.name
    this.#options = options
  }

  /** The number of the process, undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Whether it was told to stop. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Stops what an earlier run left behind, if it is proved to be ours. */
  async stopLeftover(): Promise<boolean> {
    const { recordFile, mark, stopSignals, patience } = this.#options
    const leftover = findRemembered(recordFile, mark)
    if (leftover) await stopProcess(leftover, stopSignals, patience)
    return leftover !== undefined
  }

  /** Starts the process, resolves once it serves, and restarts it from then on when it dies. */
  async start() {
    this.#stopped = false
    this.#halt = new AbortController()
    const child = await this.#launch()
    this.#life = this.#keepAlive(child)
  }

  /** Stops the process and does not restart it. */
  async stop() {
    this.#stopped = true
    this.#halt.abort()
    const children = [...(this.#child ? [this.#child] : []), ...this.#leaving]
    await Promise.all(children.map((child) => this.#stopChild(child)))
    await this.#life
    rmSync(this.#options.recordFile, { force: true })
  }

  async #stopChild({ pid }: ChildProcess) {
    const record = pid === undefined ? undefined : recordOf(pid)
    if (record) await stopProcess(record, this.#options.stopSignals, this.#options.patience)
  }

  async #keepAlive(first: ChildProcess) {
    let child: ChildProcess | undefined = first
    let pause = FIRST_PAUSE
    while (true) {
      const since = Date.now()
      if (child && (await endOf(child)) === 'draining') {
        child = await this.#succeed(child)
        if (child) continue
      }
      if (this.#stopped) return
      if (child) this.#options.onChange?.('died')
      if (Date.now() - since > HEALTHY_AFTER) pause = FIRST_PAUSE
      await sleep(pause, undefined, { signal: this.#halt.signal }).catch(() => undefined)
      if (this.#stopped) return
      pause = Math.min(pause * 2, LONGEST_PAUSE)
      child = await this.#launchAgain()
      if (child) this.#options.onChange?.('returned')
    }
  }

  /** Starts the successor of a process that is about to end, while that one still serves. */
  async #succeed(old: ChildProcess): Promise<ChildProcess | undefined> {
    const successor = !this.#stopped
    if (successor) {
      this.#leaving.add(old)
      void ended(old).then(() => this.#leaving.delete(old))
    }
    const child = successor ? await this.#launchAgain() : undefined
    relieve(old, successor)
    if (child) this.#options.onChange?.('succeeded')
    return child
  }

  /** Undefined, and somebody told why, when it does not start. */
  async #launchAgain(): Promise<ChildProcess | undefined> {
    try {
      return await this.#launch()
    } catch (error) {
      if (!this.#stopped) this.#options.onChange?.('failed', (error as Error).message)
      return undefined
    }
  }

  async #launch(): Promise<ChildProcess> {
    const log = openSync(this.#options.logFile, 'a', 0o600)
    const child = this.#options.spawn(log)
    closeSync(log)
    this.#child = child
    const end = new AbortController()
    const over = ended(child).then(() => {
      end.abort()
      if (this.#child === child) this.#child = undefined
    })
    if (child.pid !== undefined) rememberProcess(this.#options.recordFile, child.pid)
    const gone = AbortSignal.any([end.signal, AbortSignal.timeout(READY_TIMEOUT)])
    try {
      await Promise.race([this.#options.ready(child, gone), rejectedBy(gone)])
      return child
    } catch (error) {
      child.kill('SIGKILL')
      await over
      throw new Error(`${this.name} does not start: ${this.#lastWords() ?? String(error)}`)
    }
  }

  #lastWords(): string | undefined {
    const lines = readFileSync(this.#options.logFile, 'utf8').trimEnd().split('\n').slice(-3)
    const words = lines.join(' | ').trim()
    return words === '' ? undefined : `${words} (${this.#options.logFile})`
  }
}

/** Resolves when the process ends, or first says that it is going to. */
function endOf(child: ChildProcess): Promise<'draining' | 'ended'> {
  return new Promise((resolve) => {
    child.on('message', ({ type }: { type: string }) => {
      if (type === 'draining') resolve('draining')
    })
    void ended(child).then(() => resolve('ended'))
  })
}

/** Tells a process that drains that others see to its clients now, or that nobody will. */
function relieve(child: ChildProcess, successor: boolean) {
  if (child.connected) child.send({ type: 'relieved', successor } satisfies Relieved, () => {})
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new Error('it ended, or took too long'))
    if (signal.aborted) fail()
    signal.addEventListener('abort', fail, { once: true })
  })
}
