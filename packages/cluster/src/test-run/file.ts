import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { failuresIn } from './failures.ts'

/** What the tests of one file came to. */
export interface FileResult {
  passed: number
  failed: number
  seconds: number
  /** Everything a person needs to see of the failures. */
  report: string
}

/** tap's own limit for all tests of a file; what hangs after it is killed. */
const SECONDS_PER_FILE = 120
const SECONDS_TO_LEAVE = 10

/**
 * Runs one file of tests as what a tap test is: a program that prints TAP. The runner of tap would
 * put loaders before it, which cost more than many a file itself.
 */
export async function runFile(
  folder: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<FileResult> {
  const started = Date.now()
  const child = spawn(process.execPath, [join('test', file)], {
    cwd: folder,
    env: { ...env, TAP_TIMEOUT: String(SECONDS_PER_FILE) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: (SECONDS_PER_FILE + SECONDS_TO_LEAVE) * 1000,
    killSignal: 'SIGKILL',
  })
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(String(code ?? signal)))
  })
  const [tapText, errors, exit] = await Promise.all([text(child.stdout), text(child.stderr), end])
  const { passed, failed } = countAssertions(tapText)
  const crashed = failed === 0 && (exit !== '0' || passed === 0)
  return {
    passed,
    failed: failed + (crashed ? 1 : 0),
    seconds: (Date.now() - started) / 1000,
    report: `${failuresIn(tapText)}\n${errors}${crashed ? `ended with ${exit}, ${passed} passed\n` : ''}`,
  }
}

/** tap's own sum, its last `# { total: 7, pass: 5, fail: 2 }`. */
export function countAssertions(tapText: string) {
  const sum = tapText.match(/^# \{ .*\}$/gm)?.at(-1) ?? ''
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(sum)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}
