import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { PostgresUser } from './postgres-binaries.ts'

/** What a new PostgreSQL is made from. */
export interface Initialisation {
  /** The program. */
  initdb: string
  /** Where its files will be; its folder must exist. */
  data: string
  user: PostgresUser
  password: string
  durable: boolean
}

/** Makes the files of a new PostgreSQL, whole or not at all. */
export function initialise({ initdb, data, user, password, durable }: Initialisation) {
  const draft = `${data}.new`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  const passwordFile = `${draft}.password`
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (user.uid !== undefined && user.gid !== undefined) {
    chownSync(draft, user.uid, user.gid)
    chownSync(passwordFile, user.uid, user.gid)
  }
  const done = spawnSync(
    initdb,
    [
      ...[`--pgdata=${draft}`, '--username=postgres', `--pwfile=${passwordFile}`],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--no-locale', '--no-instructions'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...user, cwd: draft, encoding: 'utf8' },
  )
  rmSync(passwordFile)
  if (done.status !== 0) {
    throw new Error(`initdb failed in ${data}: ${done.error?.message ?? done.stderr.trim()}`)
  }
  renameSync(draft, data)
}
