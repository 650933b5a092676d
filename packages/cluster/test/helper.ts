import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { TestScope } from '../src/testing.ts'

/** An empty folder of this test alone. */
export function temporaryFolder(t: TestScope): string {
  const folder = mkdtempSync(join(tmpdir(), 'wardstone-cluster-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs one of our programs; `line` resolves to its first line that matches. */
export function run(t: TestScope, program: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, program), ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => output.push(line))
  }
  const line = async (wanted: RegExp) => {
    await eventually(
      async () => child.exitCode !== null || output.some((each) => wanted.test(each)),
    )
    return output.find((each) => wanted.test(each)) ?? `nothing but: ${output.join(' | ')}`
  }
  return { child, output, line, exited }
}

/** Whether PostgreSQL answers a query. */
export async function answers(url: string, query = 'select 1'): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query(query)
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whether it becomes true within so many seconds. */
export async function eventually(
  check: () => Promise<boolean> | boolean,
  seconds = 60,
): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000
  while (Date.now() < deadline) {
    if (await check()) return true
    await sleep(25)
  }
  return false
}
