import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import type { PostgresUser } from './postgres-binaries.ts'
import { ClusterProblem } from './problem.ts'

const ELSEWHERE = '/var/lib/wardstone'

/**
 * The folder for PostgreSQL's files: `folder` itself, unless we are root and the postgres user cannot
 * enter it (a project inside /root); then one that it can, and a link `elsewhere` to it.
 */
export function postgresHome(folder: string, user: PostgresUser): string {
  const link = join(folder, 'elsewhere')
  if (existsSync(link)) return readlinkSync(link)
  if (user.uid === undefined || canEnter(folder, user)) return folder
  // Our own folders only: those above are not ours to open.
  for (const own of [join(folder, '..'), folder]) open(own)
  if (canEnter(folder, user)) return folder
  const home = makeElsewhere()
  if (canEnter(home, user)) {
    symlinkSync(home, link)
    return home
  }
  throw new ClusterProblem(
    `PostgreSQL runs as the user postgres, who cannot enter ${folder}: set WARDSTONE_DATA to a folder that other users can enter.`,
  )
}

function makeElsewhere(): string {
  mkdirSync(ELSEWHERE, { recursive: true })
  const home = mkdtempSync(join(ELSEWHERE, 'postgres-'))
  open(home)
  return home
}

function open(folder: string) {
  chmodSync(folder, statSync(folder).mode | 0o011)
}

function canEnter(folder: string, user: PostgresUser): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...user, cwd: '/' }).status === 0
}
