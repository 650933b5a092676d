import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from '@wardstone/cluster'
import { AUDIT_STREAM, DOMAIN_STREAM } from '@wardstone/contracts'
import { connectionOptions } from '@wardstone/events'
import { connect, type JetStreamManager } from 'nats'
import type { Stage } from '../stage/stage.ts'
import type { FaultKind } from './fault.ts'
import { signal } from './processes.ts'

const UNLIMITED = -1
const AGAIN_MS = 200

/** The disk of nats-server is lost: it comes back without a stream. */
export const loseStreams: FaultKind = {
  name: 'lose JetStream',
  targets: ['nats'],
  async inject(stage) {
    const nats = stage.process('nats')
    if (!nats) return
    signal(nats, 'SIGKILL')
    // Without giving way: the supervisor, in this process, would start it before its folder is gone.
    while (isAlive(nats)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    rmSync(stage.streamsFolder, { recursive: true, force: true })
  },
}

/** The quota of a stream is used up: it takes nothing more for a while. */
export const fillStream: FaultKind = {
  name: 'full stream',
  targets: [AUDIT_STREAM, DOMAIN_STREAM],
  lasts: [2_000, 6_000],
  async inject(stage, { target, lasts }) {
    const filled = await limit(stage, target, ({ bytes }) => Math.max(1, bytes)).catch(() => false)
    if (!filled) return
    await sleep(lasts)
    while (!(await limit(stage, target, () => UNLIMITED).catch(() => false))) await sleep(AGAIN_MS)
  },
}

/** Sets how much a stream may hold; a stream that was lost meanwhile has no limit. */
async function limit(
  stage: Stage,
  stream: string,
  most: (state: { bytes: number }) => number,
): Promise<true> {
  const options = connectionOptions(stage.natsUrl, 'admin')
  const connection = await connect({ ...options, reconnect: false, timeout: 2_000 })
  try {
    await setLimit(await connection.jetstreamManager({ timeout: 2_000 }), stream, most)
    return true
  } finally {
    await connection.close()
  }
}

async function setLimit(
  { streams }: JetStreamManager,
  stream: string,
  most: (state: { bytes: number }) => number,
): Promise<void> {
  const info = await streams.info(stream).catch(() => undefined)
  if (info) await streams.update(stream, { ...info.config, max_bytes: most(info.state) })
}
