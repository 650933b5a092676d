import type { DataFolder } from './data-folder.ts'
import { findRemembered, stopProcess } from './processes.ts'
import type { Progress } from './progress.ts'
import { GATEWAY_PROGRAM, SERVICES, serviceProgram } from './services.ts'

/** Stops the processes that a killed supervisor left behind, each only if it is proved to be ours.
 * (PostgreSQL and nats-server look for their own.) */
export async function stopLeftovers(folder: DataFolder, progress: Progress) {
  const programs = SERVICES.map(({ name }): [string, string] => [name, serviceProgram(name)])
  for (const [name, program] of [['gateway', GATEWAY_PROGRAM] as const, ...programs]) {
    const leftover = findRemembered(folder.recordFile(name), program)
    if (!leftover) continue
    await progress.step(`left: ${name}`, () => stopProcess(leftover, ['SIGTERM'], 12_000))
  }
}
