import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Attempt } from './attempts.ts'
import { mutated, ROOT } from './mutant.ts'

/**
 * The program of one attempt: runs a probe on a world whose source is changed as it is loaded, and
 * tells its parent what the probe saw.
 */
const attempt: Attempt = JSON.parse(process.argv[2] ?? '')

if (attempt.file !== undefined) {
  const { file, find = '', flags, replace = '' } = attempt
  const changed = pathToFileURL(resolve(ROOT, file)).href
  const source = mutated({
    file,
    find: flags === undefined ? find : new RegExp(find, flags),
    replace,
  })
  registerHooks({
    load: (url, context, nextLoad) =>
      url === changed
        ? { ...nextLoad(url, context), source, shortCircuit: true }
        : nextLoad(url, context),
  })
}

const { PROBES } = await import('./probes.ts')
const { Scene } = await import('./scene.ts')
const { Notes } = await import('./probe.ts')
const probe = PROBES[attempt.probe]
const cleans: (() => unknown)[] = []
const scene = await Scene.start(
  { services: probe.services, ...(probe.onNats && { natsUrl: await nats() }) },
  probe.prepare,
)
if (attempt.alone) await scene.withoutRowLevelSecurity()
const notes = new Notes()
await probe.look(scene, notes)
await scene.world.close()
for (const clean of cleans) await clean()
process.send?.(notes.violations, () => process.disconnect?.())

/** A nats-server that no other attempt hears. */
async function nats(): Promise<string> {
  const { privateNats } = await import('@wardstone/cluster/testing')
  const { ensureStreams } = await import('@wardstone/events')
  const url = await privateNats({ teardown: (clean) => cleans.push(clean) })
  await ensureStreams(url)
  return url
}
