import { once } from 'node:events'
import { Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a process tells its parent when it begins to end: a successor can start. */
export interface Draining {
  type: 'draining'
}

/** What the parent answers: a successor serves now, or there will be none. */
export interface Relieved {
  type: 'relieved'
  successor: boolean
}

/** How long a successor may take to start: then the socket, which both share, keeps who comes waiting. */
const RELIEF_MS = 4000

/** Without a parent: by then whoever spreads the load has seen that `/ready` says no. */
const UNNOTICED_MS = 2000

/** Longer than the gateway, and a peer, keep a connection that they do not use. */
const LEAVING_MS = 3500

const LOOK_MS = 50

/**
 * Lets everybody who is connected go over to a successor: every answer closes its connection, and one
 * that is not used is left open until the client closes it, because a request may be on its way there.
 * Resolves once all have gone, or have had the time to.
 */
export async function handOver(server: Server): Promise<void> {
  if (!(await relieved())) return
  // Not the HTTP server's own `close`, which closes the connections that are not in use as well.
  Server.prototype.close.call(server)
  const until = Date.now() + LEAVING_MS
  while (Date.now() < until && (await connections(server)) > 0) await sleep(LOOK_MS)
}

/** True once somebody else takes what comes from now on; false when nobody will. */
async function relieved(): Promise<boolean> {
  if (!process.connected) return sleep(UNNOTICED_MS, true)
  process.send?.({ type: 'draining' } satisfies Draining)
  const signal = AbortSignal.timeout(RELIEF_MS)
  try {
    const [{ successor }] = (await once(process, 'message', { signal })) as [Relieved]
    return successor
  } catch {
    return process.connected
  }
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })
}
