import { setTimeout as sleep } from 'node:timers/promises'
import { readClusterFile } from '../cluster-file.ts'
import { isAlive, recordOf } from '../processes.ts'

/** How long a part took to go, and its successor to come, in milliseconds from the signal. */
export interface Restarted {
  gone: number
  succeeded: number
}

const PATIENCE_MS = 60_000
const LOOK_MS = 20

/** Sends SIGTERM to a part of the cluster that runs on `data` and waits for the end of it, and for its successor. */
export async function restart(data: string, name: string): Promise<Restarted> {
  const pidOf = () => readClusterFile(data)?.[name]?.pid ?? undefined
  const pid = pidOf()
  const record = pid === undefined ? undefined : recordOf(pid)
  if (!record) throw new Error(`${name} does not run.`)
  const started = Date.now()
  const since = async (reached: () => boolean) => {
    while (!reached()) {
      if (Date.now() - started > PATIENCE_MS) throw new Error(`${name} was not restarted.`)
      await sleep(LOOK_MS)
    }
    return Date.now() - started
  }
  process.kill(record.pid, 'SIGTERM')
  const [gone, succeeded] = await Promise.all([
    since(() => !isAlive(record)),
    since(() => ![undefined, record.pid].includes(pidOf())),
  ])
  return { gone, succeeded }
}
