import { runFile } from './file.ts'
import type { TestedPackage } from './packages.ts'

/** The tests of one package while they run, file by file in any order. */
export class PackageRun {
  readonly name: string
  readonly files: readonly string[]
  readonly #folder: string
  readonly #reports: string[] = []
  #left: number
  passed = 0
  failed: number
  /** All files together. */
  seconds = 0

  constructor({ name, folder, files }: TestedPackage) {
    this.name = name
    this.files = files
    this.#folder = folder
    this.#left = files.length
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

  /** Runs one of its files. */
  async test(file: string, env: NodeJS.ProcessEnv): Promise<void> {
    const { passed, failed, seconds, report } = await runFile(this.#folder, file, env)
    this.passed += passed
    this.failed += failed
    this.seconds += seconds
    this.#left -= 1
    if (failed > 0) this.#reports.push(`--- ${file} ---\n${report}`)
  }
}
