import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Attempt } from './attempts.ts'

/**
 * The program of one attempt: runs a probe on a world whose source is changed as it is loaded, and
 * tells its parent what the probe saw.
 */
const attempt: Attempt = JSON.parse(process.argv[2] ?? '')
const ROOT = resolve(import.meta.dirname, '../../../..')

if (attempt.file !== undefined) {
  const changed = pathToFileURL(resolve(ROOT, attempt.file)).href
  const source = readFileSync(resolve(ROOT, attempt.file), 'utf8')
  const { find = '', flags, replace = '' } = attempt
  const mutated = source.replaceAll(flags === undefined ? find : new RegExp(find, flags), replace)
  if (mutated === source) throw new Error(`${attempt.file} does not have what is to be changed.`)
  registerHooks({
    load: (url, context, nextLoad) =>
      url === changed
        ? { ...nextLoad(url, context), source: mutated, shortCircuit: true }
        : nextLoad(url, context),
  })
}

const { PROBES } = await import('./probes.ts')
const { Scene } = await import('./scene.ts')
const { Notes } = await import('./probe.ts')
const probe = PROBES[attempt.probe]
const scene = await Scene.start({ services: probe.services }, probe.prepare)
if (attempt.alone) await scene.withoutRowLevelSecurity()
const notes = new Notes()
await probe.look(scene, notes)
await scene.world.close()
process.send?.(notes.violations, () => process.disconnect?.())
