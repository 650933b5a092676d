import EventEmitter, { once } from 'node:events'
import { privateNats } from '@wardstone/cluster/testing'
import { connectNats, ensureStreams } from '@wardstone/events'
import { createLogger } from '@wardstone/service'
import t from 'tap'
import { build } from './helper.ts'

t.test('a suspension is on NATS within a second', async (t) => {
  const natsUrl = await privateNats(t)
  await ensureStreams(natsUrl)
  const seen = new EventEmitter()
  const watcher = connectNats({
    url: natsUrl,
    name: 'watcher',
    logger: createLogger('watcher', 'silent'),
  })
  t.teardown(() => watcher.close())
  const subscribed = new Promise<void>((resolve) => {
    watcher.onConnection((connection) => {
      connection.subscribe('domain.*.hospital.>', {
        callback: (_error, message) => seen.emit(message.subject, message.json()),
      })
      resolve(connection.flush())
    })
  })
  const { hospital, platform } = await build(t, { natsUrl })
  await subscribed
  const { id } = await hospital()

  const told = once(seen, `domain.${id}.hospital.hospital.suspended`, {
    signal: AbortSignal.timeout(5000),
  })
  const started = performance.now()
  await platform.patch(`/api/hospitals/${id}`, { payload: { is_active: false } })
  t.match(await told, [{ id, is_active: false, version: 2 }])
  t.ok(performance.now() - started < 1000, `after ${Math.round(performance.now() - started)} ms`)
})
