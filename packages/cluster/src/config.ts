import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { ClusterProblem } from './problem.ts'

/** What the person who types `npm start` may choose. */
export interface ClusterConfig {
  host: string
  port: number
  /** Absolute path of the data folder. */
  data: string
  databaseUrl: string | undefined
  natsUrl: string | undefined
  demo: boolean
  rateLimit: 'on' | 'off'
  /** What the processes inherit: all but what the cluster itself decides. */
  inherited: NodeJS.ProcessEnv
}

const DECIDED =
  /^(WARDSTONE_.*|HOST|PORT|METRICS_PORT|LISTEN_FDS|NATS_URL|RATE_LIMIT|.*DATABASE_URL|.*_KEY|.*_FILE|.*_FOLDER)$/

/** The settings in these environment variables; a wrong one is a clear sentence. */
export function clusterConfig(env: NodeJS.ProcessEnv): ClusterConfig {
  const production = env.NODE_ENV === 'production'
  return {
    host: hostIn(env),
    port: portIn(env),
    data: dataFolderIn(env),
    databaseUrl: env.DATABASE_URL || undefined,
    natsUrl: env.NATS_URL || undefined,
    demo: !production && choice(env, 'WARDSTONE_DEMO', ['true', 'false']) === 'true',
    rateLimit: choice(env, 'WARDSTONE_RATE_LIMIT', ['on', 'off']),
    inherited: Object.fromEntries(Object.entries(env).filter(([name]) => !DECIDED.test(name))),
  }
}

/** Absolute path of the data folder. */
export function dataFolderIn(env: NodeJS.ProcessEnv): string {
  return resolve(env.WARDSTONE_DATA || '.wardstone')
}

function hostIn(env: NodeJS.ProcessEnv): string {
  const host = env.WARDSTONE_HOST || '127.0.0.1'
  if (host === 'localhost' || isIP(host)) return host
  throw new ClusterProblem(`WARDSTONE_HOST must be an address of this machine, not ${host}.`)
}

function portIn(env: NodeJS.ProcessEnv): number {
  const text = env.WARDSTONE_PORT || '8000'
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new ClusterProblem(`WARDSTONE_PORT must be a port number from 0 to 65535, not ${text}.`)
}

function choice<T extends string>(env: NodeJS.ProcessEnv, name: string, values: [T, T]): T {
  const value = values.find((each) => each === (env[name] || values[0]))
  if (value) return value
  throw new ClusterProblem(`${name} must be ${values.join(' or ')}, not ${env[name]}.`)
}
