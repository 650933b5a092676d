import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeSecretFile } from './secret-file.ts'

/** Where a part of the running cluster is. */
export interface PartEntry {
  /** Null for a server that was there before us, and while a part is being restarted. */
  pid: number | null
  port: number
  url: string
  metrics_port?: number
}

/** cluster.json: every part of the running cluster, readable by the owner only. */
export class ClusterFile {
  readonly #file: string
  readonly #parts = new Map<string, PartEntry>()
  #written = false

  constructor(data: string) {
    this.#file = clusterFilePath(data)
  }

  /** Puts a part in; the file follows once it was written for the first time. */
  set(part: string, entry: PartEntry) {
    this.#parts.set(part, entry)
    if (this.#written) this.write()
  }

  /** Writes the whole file. */
  write() {
    this.#written = true
    writeSecretFile(
      this.#file,
      `${JSON.stringify(Object.fromEntries(this.#parts), undefined, 2)}\n`,
    )
  }

  /** The cluster is no more. */
  remove() {
    this.#written = false
    rmSync(this.#file, { force: true })
  }
}

/** The parts of the cluster that runs on this data folder, undefined when none does. */
export function readClusterFile(data: string): Record<string, PartEntry> | undefined {
  const file = clusterFilePath(data)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}

function clusterFilePath(data: string) {
  return join(data, 'cluster.json')
}
