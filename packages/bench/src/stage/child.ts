import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

const children = new Set<ChildProcess>()

/** Starts one of the baselines. Returns its URL. */
export async function baseline(name: 'hello' | 'proxy' | 'page', ...args: string[]) {
  const program = join(import.meta.dirname, `../baselines/${name}.ts`)
  return String(await firstWord(program, args))
}

/** Starts a program with an environment of its own. Returns what it first tells. */
export function firstWord(
  program: string,
  args: string[],
  env?: NodeJS.ProcessEnv,
): Promise<unknown> {
  const child = fork(program, args, {
    ...(env && { env }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  children.add(child)
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}.`)))
  })
}

/** Ends whatever was started here. */
export function endChildren(): void {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
}
