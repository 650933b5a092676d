import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One request that a client sends again and again. */
export interface Request {
  method: 'GET' | 'POST'
  path: string
  /** The access token; none for what anybody may ask. */
  token?: string
  /** Sent as JSON. */
  body?: object
}

/** How much is asked at once, and for how long. */
export interface Load {
  connections: number
  seconds: number
}

/** What a load came to. */
export interface LoadResult {
  requests: number
  /** How long it took. */
  seconds: number
  /** Milliseconds. */
  p50: number
  p99: number
  p999: number
  /** Answers of another status than 2xx and 3xx. */
  refused: number
  /** Connections that could not be made or broke, and answers that took over two seconds. */
  broken: number
}

const SCRIPT = join(import.meta.dirname, 'wrk.lua')

/** @throws when there is no wrk on this machine */
export function requireWrk(): void {
  if (spawnSync('wrk', ['--version']).error)
    throw new Error(
      'The bench needs wrk: apt-get install wrk (Debian), brew install wrk (macOS), or https://github.com/wg/wrk.',
    )
}

/** Sends the requests in turn to `url` from wrk, in one thread: the other processors are for those who answer. */
export async function loadOn(
  url: string,
  requests: readonly Request[],
  { connections, seconds }: Load,
): Promise<LoadResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wardstone-bench-'))
  try {
    const file = join(folder, 'requests')
    writeFileSync(file, requests.map(lineOf).join(''))
    const flags = ['--threads', '1', '--connections', String(connections)]
    const until = ['--duration', `${seconds}s`, '--latency', '--script', SCRIPT]
    const told = await outputOf('wrk', [...flags, ...until, url, '--', file])
    const result = /^wardstone (.*)$/m.exec(told)?.[1]
    if (!result) throw new Error(`wrk told nothing of its load on ${url}:\n${told}`)
    return JSON.parse(result)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function lineOf({ method, path, token = '', body }: Request): string {
  return `${method}\t${path}\t${token}\t${body ? JSON.stringify(body) : ''}\n`
}

function outputOf(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      told += chunk
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(told))
  })
}
