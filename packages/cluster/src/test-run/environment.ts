import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

/** `env` without any server, port or setting of this machine, with our Node for every program. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(WARDSTONE_.*|DATABASE_URL|NATS_URL|PORT|HOST|PG.*|NODE_ENV|TAP.*)$/.test(name),
  )
  const path = [dirname(process.execPath), env.PATH].join(delimiter)
  return { ...Object.fromEntries(kept), PATH: path }
}

/**
 * A folder in which every process of this run finds the modules that another has compiled already;
 * gone with this process.
 */
export function compileCache(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wardstone-compiled-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  return folder
}
