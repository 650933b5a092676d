import { runFiles } from './files.ts'
import type { TestedPackage } from './packages.ts'
import { partsOf } from './parts.ts'

/** The tests of one package while they run, part by part in any order. */
export class PackageRun {
  readonly name: string
  /** What runs in one process each. */
  readonly parts: readonly string[][]
  readonly #folder: string
  readonly #reports: string[] = []
  #left: number
  passed = 0
  failed: number
  /** All parts together. */
  seconds = 0

  constructor({ name, folder, files }: TestedPackage) {
    this.name = name
    this.parts = partsOf(name, files)
    this.#folder = folder
    this.#left = this.parts.length
    // Without any file nothing was shown.
    this.failed = files.length === 0 ? 1 : 0
  }

  /** Everything a person needs to see of the failures. */
  get report(): string {
    return this.#reports.join('\n')
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  /** Runs one of its parts. */
  async test(part: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
    const { passed, failed, seconds, report } = await runFiles(this.#folder, part, env)
    this.passed += passed
    this.failed += failed
    this.seconds += seconds
    this.#left -= 1
    if (failed > 0) this.#reports.push(`--- ${part.join(', ')} ---\n${report}`)
  }
}
