import { setTimeout as sleep } from 'node:timers/promises'
import { recordOf } from '@wardstone/cluster'
import { SERVICE_NAMES } from '@wardstone/contracts'
import type { FaultKind } from './fault.ts'
import { signal } from './processes.ts'

/** How long PostgreSQL takes to notice that a backend was killed, and to throw all others out. */
const NOTICED_MS = 200

const OTHERS = `from pg_stat_activity where datname = current_database()
  and backend_type = 'client backend' and pid <> pg_backend_pid()`

/** An administrator ends all connections of a service. */
export const terminateBackends: FaultKind = {
  name: 'terminate backends',
  targets: SERVICE_NAMES,
  async inject(stage, { target }) {
    await stage.sql(target, `select pg_terminate_backend(pid) ${OTHERS}`).catch(isAway)
  },
}

/** One backend dies: PostgreSQL ends all the others and recovers. */
export const killBackend: FaultKind = {
  name: 'kill -9 a backend',
  targets: SERVICE_NAMES,
  async inject(stage, { target }) {
    const query = `select pid ${OTHERS} order by query_start desc limit 1`
    const [row] = await stage.sql<{ pid: number }>(target, query).catch(isAway)
    const backend = row && recordOf(row.pid)
    if (!backend) return
    signal(backend, 'SIGKILL')
    await sleep(NOTICED_MS)
  },
}

/** Another fault was quicker: there is nothing to do. */
function isAway(): never[] {
  return []
}
