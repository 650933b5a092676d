import type { KeyObject } from 'node:crypto'
import type { Logger } from '@wardstone/service'
import type { ChainEntry } from '../chain/entry.ts'
import type { CheckpointKeys } from './keys.ts'
import { type Checkpoint, readNote, writeNote } from './note.ts'
import type { MovedHead, SystemCheckpointRepository } from './system-repository.ts'
import type { CheckpointWitness } from './witness.ts'

export interface CheckpointerOptions {
  readonly repository: SystemCheckpointRepository
  readonly witness: CheckpointWitness
  readonly privateKey: KeyObject
  /** Which the newest checkpoints may be signed with. */
  readonly keys: CheckpointKeys
  readonly everySeconds: number
  readonly logger: Logger
}

/** Checkpoints since the start: signed, and refused because something is not what it was. */
export type CheckpointerStats = Readonly<{ signed: number; refused: number }>

/** What to sign, looked up when its turn comes. */
type Heads = () => readonly MovedHead[] | Promise<readonly MovedHead[]>

/** By the entries of the chain itself: how busy another hospital is must not show in when one's own is signed. */
const EVERY_ENTRIES = 1000

/** Signs where each chain is, regularly and at every thousandth entry; never a chain that denies its past. */
export class Checkpointer {
  readonly #options: CheckpointerOptions
  readonly #stats = { signed: 0, refused: 0 }
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: CheckpointerOptions) {
    this.#options = options
  }

  stats(): CheckpointerStats {
    return this.#stats
  }

  start(): void {
    this.#timer = setInterval(
      () => void this.#run(() => this.#moved()),
      this.#options.everySeconds * 1000,
    )
    this.#timer.unref()
  }

  /** Tells what was appended. */
  appended(entries: readonly ChainEntry[]): void {
    const due = entries.filter(({ seq }) => seq % EVERY_ENTRIES === 0)
    if (due.length > 0) void this.#run(() => this.#unsigned(due))
  }

  /** Signs what has not been signed, once more, and ends. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#run(() => this.#moved())
  }

  #run(heads: Heads): Promise<void> {
    this.#running = this.#running.then(() => this.#signAll(heads))
    return this.#running
  }

  #moved(): Promise<readonly MovedHead[]> {
    return this.#options.repository.moved()
  }

  /** Without those that a regular look came before. */
  #unsigned(entries: readonly ChainEntry[]): readonly MovedHead[] {
    const { witness } = this.#options
    return entries
      .map(({ hospital_id: hospitalId, seq, hash }) => ({ hospitalId, seq, hash }))
      .filter(({ hospitalId, seq }) => (witness.newest(hospitalId)?.seq ?? 0) < seq)
  }

  async #signAll(heads: Heads): Promise<void> {
    const { logger } = this.#options
    try {
      for (const head of await heads()) {
        const sign = () =>
          this.#options.repository.exclusively((repository) => this.#sign(head, repository))
        if ((await sign()) === 'made up') await sign()
      }
    } catch (error) {
      logger.error({ err: error }, 'checkpoints not signed, tried again later')
    }
  }

  /** Not together with what is made up for: that is committed before the file says more. */
  async #sign(
    head: MovedHead,
    repository: SystemCheckpointRepository,
  ): Promise<'made up' | undefined> {
    const { witness, privateKey, logger } = this.#options
    const { hospitalId, seq } = head
    await witness.look()
    const newest = witness.newest(hospitalId)
    const doubt = await this.#doubt(hospitalId, newest, repository)
    if (doubt) {
      this.#stats.refused += 1
      logger.error({ hospital_id: hospitalId, seq }, `${doubt}, not signed`)
      return undefined
    }
    // A crash between the two places left it in one.
    if (newest && (await repository.newestSeq(hospitalId)) < newest.seq) {
      await repository.add(hospitalId, newest.seq, newest.note)
      return 'made up'
    }
    if (newest && newest.seq >= seq) return undefined
    const note = writeNote({ ...head, time: new Date().toISOString() }, privateKey)
    await witness.add(hospitalId, seq, note)
    await repository.add(hospitalId, seq, note)
    this.#stats.signed += 1
    return undefined
  }

  /** Why the chain, or a place of its checkpoints, cannot be what it was. */
  async #doubt(
    hospitalId: string,
    newest: Checkpoint | undefined,
    repository: SystemCheckpointRepository,
  ): Promise<string | undefined> {
    const { keys } = this.#options
    if ((await repository.newestSeq(hospitalId)) > (newest?.seq ?? 0)) {
      return 'the file of checkpoints says less than the database'
    }
    if (!newest) return undefined
    const stated = readNote(newest.note, keys)
    const isItsOwn = stated?.hospitalId === hospitalId
    const hash = isItsOwn ? await repository.hashAt(hospitalId, stated.seq) : undefined
    return hash && stated?.hash.equals(hash) ? undefined : 'audit chain denies its checkpoint'
  }
}
