import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { failuresIn } from './failures.ts'

/** What the tests of some files came to. */
export interface FilesResult {
  passed: number
  failed: number
  seconds: number
  /** Everything a person needs to see of the failures. */
  report: string
}

/** tap's own limit for all tests of a file, for what hangs, on however slow a machine; after it it is killed. */
const SECONDS_PER_FILE = 400
const SECONDS_TO_LEAVE = 10

const TOGETHER = fileURLToPath(new URL('together.ts', import.meta.url))

/** What stands in the TAP before the tests of each of several files. */
export const FILE_MARK = 'file '

/**
 * Runs files of tests as what a tap test is: a program that prints TAP. The runner of tap would put
 * loaders before each, which cost more than many a file itself; and so does the start of a process, so
 * that several files can share one.
 */
export async function runFiles(
  folder: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<FilesResult> {
  const started = Date.now()
  const files = names.map((name) => join('test', name))
  const seconds = SECONDS_PER_FILE * files.length
  const child = spawn(process.execPath, files.length > 1 ? [TOGETHER, ...files] : files, {
    cwd: folder,
    env: { ...env, TAP_TIMEOUT: String(seconds) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: (seconds + SECONDS_TO_LEAVE) * 1000,
    killSignal: 'SIGKILL',
  })
  const end = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(String(code ?? signal)))
  })
  const [tapText, errors, exit] = await Promise.all([text(child.stdout), text(child.stderr), end])
  const { passed, failed } = countAssertions(tapText)
  const untested = files.length > 1 ? withoutTest(tapText, files) : []
  const crashed = failed === 0 && (exit !== '0' || passed === 0)
  const said = [
    ...untested.map((file) => `${file} tested nothing\n`),
    ...(crashed ? [`ended with ${exit}, ${passed} passed\n`] : []),
  ]
  return {
    passed,
    failed: failed + untested.length + (crashed ? 1 : 0),
    seconds: (Date.now() - started) / 1000,
    report: `${failuresIn(tapText)}\n${errors}${said.join('')}`,
  }
}

/** Those of `files` that no test is told of. */
function withoutTest(tapText: string, files: readonly string[]): string[] {
  const told = tapText.split(`\n# ${FILE_MARK}`).filter((text) => /^(not )?ok /m.test(text))
  const tested = told.map((text) => text.split('\n')[0])
  return files.filter((file) => !tested.includes(file))
}

/** tap's own sum, its last `# { total: 7, pass: 5, fail: 2 }`. */
export function countAssertions(tapText: string) {
  const sum = tapText.match(/^# \{ .*\}$/gm)?.at(-1) ?? ''
  const count = (word: string) => Number(new RegExp(`\\b${word}: (\\d+)`).exec(sum)?.[1] ?? 0)
  return { passed: count('pass'), failed: count('fail') }
}
