import { spawn } from 'node:child_process'
import { delimiter, dirname, join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { failuresIn } from './failures.ts'

/** What the tests of one package came to. */
export interface PackageResult {
  name: string
  passed: number
  failed: number
  seconds: number
  /** Everything a person needs to see of the failures. */
  report: string
}

const ROOT = resolve(import.meta.dirname, '../../../..')
const SECONDS_PER_FILE = 120

/** Runs tap in one package. */
export async function runPackage(folder: string, env: NodeJS.ProcessEnv): Promise<PackageResult> {
  const started = Date.now()
  const tap = join(folder, 'node_modules/.bin/tap')
  const args = ['run', '--reporter=tap', '--no-color', '--jobs=2', `--timeout=${SECONDS_PER_FILE}`]
  const child = spawn(tap, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const code = new Promise<number>((resolve) => {
    child.once('error', () => resolve(1))
    child.once('close', (code) => resolve(code ?? 1))
  })
  const [tapText, errors, exit] = await Promise.all([text(child.stdout), text(child.stderr), code])
  const { passed, failed } = countAssertions(tapText)
  const crashed = failed === 0 && (exit !== 0 || passed === 0)
  return {
    name: relative(ROOT, folder),
    passed,
    failed: failed + (crashed ? 1 : 0),
    seconds: (Date.now() - started) / 1000,
    report: `${failuresIn(tapText)}\n${errors}${crashed ? `tap ended with ${exit}, ${passed} passed\n` : ''}`,
  }
}

/** tap's own sum, its last `# { total: 7, pass: 5, fail: 2 }`. */
export function countAssertions(tapText: string) {
  const sum = tapText.match(/^# \{ .*\}$/gm)?.at(-1) ?? ''
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(sum)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}

/** `env` without any server, port or setting of this machine, with our Node for every program. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !/^(WARDSTONE_.*|DATABASE_URL|NATS_URL|PORT|HOST|PG.*|NODE_ENV|TAP.*)$/.test(name),
  )
  const path = [dirname(process.execPath), env.PATH].join(delimiter)
  return { ...Object.fromEntries(kept), PATH: path }
}
