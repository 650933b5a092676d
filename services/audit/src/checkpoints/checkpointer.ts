import { createPublicKey, type KeyObject } from 'node:crypto'
import type { Logger } from '@wardstone/service'
import { readNote, writeNote } from './note.ts'
import type { MovedHead, SystemCheckpointRepository } from './system-repository.ts'
import type { CheckpointWitness } from './witness.ts'

export interface CheckpointerOptions {
  readonly repository: SystemCheckpointRepository
  readonly witness: CheckpointWitness
  readonly privateKey: KeyObject
  readonly everySeconds: number
  readonly logger: Logger
}

const MOST_EVENTS = 1000

/** Signs where each chain is, regularly and after many events; never a chain that denies its past. */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #publicKey: KeyObject
  #timer: NodeJS.Timeout | undefined
  #appended = 0
  #running: Promise<void> = Promise.resolve()

  constructor(options: CheckpointerOptions) {
    this.#options = options
    this.#publicKey = createPublicKey(options.privateKey)
  }

  start(): void {
    this.#timer = setInterval(() => void this.#run(), this.#options.everySeconds * 1000)
    this.#timer.unref()
  }

  /** Tells that events were appended. */
  appended(count: number): void {
    this.#appended += count
    if (this.#appended >= MOST_EVENTS) void this.#run()
  }

  /** Signs what has not been signed, once more, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#run()
  }

  #run(): Promise<void> {
    this.#appended = 0
    this.#running = this.#running.then(() => this.#signAll())
    return this.#running
  }

  async #signAll(): Promise<void> {
    const { repository, logger } = this.#options
    try {
      for (const head of await repository.moved()) await this.#sign(head)
    } catch (error) {
      logger.error({ err: error }, 'checkpoints not signed, tried again later')
    }
  }

  async #sign(head: MovedHead): Promise<void> {
    const { repository, witness, privateKey, logger } = this.#options
    const { hospitalId, seq } = head
    if (!(await this.#agreesWithWitness(head))) {
      logger.error(
        { hospital_id: hospitalId, seq },
        'audit chain denies its checkpoint, not signed',
      )
      return
    }
    const note = writeNote({ ...head, time: new Date().toISOString() }, privateKey)
    await witness.add(hospitalId, seq, note)
    await repository.add(hospitalId, seq, note)
  }

  async #agreesWithWitness({ hospitalId, seq }: MovedHead): Promise<boolean> {
    const { repository, witness } = this.#options
    const newest = witness.newest(hospitalId)
    if (!newest) return true
    const stated = readNote(newest.note, this.#publicKey)
    if (!stated || stated.seq > seq) return false
    return (await repository.hashAt(hospitalId, stated.seq))?.equals(stated.hash) === true
  }
}
