import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ClusterProblem } from './problem.ts'

/** A nats-server program that runs on this machine. */
export interface NatsBinary {
  path: string
  /** Such as [2, 9, 10]. */
  version: [number, number, number]
}

const CACHE = resolve(import.meta.dirname, '../../../node_modules/.cache/wardstone')
const UNPACKED = join(CACHE, 'nats-server')

/** Finds nats-server: on PATH, in the project's cache, or in Debian's package unpacked there. */
export function findNatsServer(): NatsBinary {
  const found = ['nats-server', join(UNPACKED, 'usr/sbin/nats-server')].map(probe).find(Boolean)
  if (found) return found
  unpackDebianPackage()
  const fetched = probe(join(UNPACKED, 'usr/sbin/nats-server'))
  if (fetched) return fetched
  throw new ClusterProblem(
    'There is no nats-server on this machine: put one on the PATH (https://nats.io/download) or set NATS_URL to a server of yours.',
  )
}

function probe(path: string): NatsBinary | undefined {
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
  const version = status === 0 ? /v(\d+)\.(\d+)\.(\d+)/.exec(stdout) : null
  if (!version) return undefined
  return { path, version: [Number(version[1]), Number(version[2]), Number(version[3])] }
}

/** Fetches Debian's package without installing it; leaves the cache as it was when that fails. */
function unpackDebianPackage() {
  if (spawnSync('dpkg-deb', ['--version']).status !== 0) return
  mkdirSync(CACHE, { recursive: true })
  const folder = mkdtempSync(join(CACHE, 'apt-'))
  try {
    download(folder)
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb'))
    if (!archive) return
    const tree = join(folder, 'tree')
    execFileSync('dpkg-deb', ['-x', join(folder, archive), tree])
    // Another start may have been faster; a rename never shows half a tree.
    if (!existsSync(UNPACKED)) renameSync(tree, UNPACKED)
  } catch {
    return
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** With the machine's own package lists, else with lists fetched beside the package. */
function download(folder: string) {
  const quiet = { cwd: folder, stdio: 'ignore', timeout: 120_000 } as const
  if (spawnSync('apt-get', ['download', 'nats-server'], quiet).status === 0) return
  for (const name of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(join(folder, name), { recursive: true })
  }
  const own = [
    ...['-o', `Dir::State::lists=${join(folder, 'lists')}`],
    ...['-o', `Dir::Cache=${join(folder, 'cache')}`],
    ...['-o', 'APT::Sandbox::User='],
  ]
  spawnSync('apt-get', [...own, 'update'], quiet)
  spawnSync('apt-get', [...own, 'download', 'nats-server'], quiet)
}
