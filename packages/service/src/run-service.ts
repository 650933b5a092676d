import { flushCompileCache } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { TObject } from '@sinclair/typebox'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { ConfigurationError, loadConfig } from './config.ts'
import { handOver } from './hand-over.ts'
import { listenForMetrics } from './metrics.ts'

interface ListenConfig {
  HOST: string
  PORT: number
  METRICS_PORT?: number
  LISTEN_FDS?: number
}

/** The first descriptor that a process inherits as a socket to listen on, by sd_listen_fds(3). */
const FIRST_FD = 3

/**
 * The whole of a process: reads its configuration from `env`, builds its application, runs it. Wrong
 * configuration is one sentence on standard error and exit code 1.
 */
export async function startService<Config extends ListenConfig>(
  schema: TObject & { static: Config },
  build: (config: Config) => FastifyInstance | Promise<FastifyInstance>,
  env: Record<string, string | undefined>,
): Promise<void> {
  try {
    const config: Config = loadConfig(schema, env)
    await runService(await build(config), config)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}

/**
 * Runs `app` as a process: listens, tells the parent its ports, and on SIGTERM, SIGINT, a fatal error
 * or the parent's death drains it: `/ready` says no, requests under way are answered, then `onClose`
 * hooks run. On SIGTERM whoever is connected first goes over to a successor. Exits after 10 s at the
 * latest.
 */
export async function runService(app: FastifyInstance, config: ListenConfig): Promise<void> {
  const grace = closeWithGrace({ delay: 10_000, logger: app.log }, async ({ err, signal }) => {
    if (err) app.log.fatal({ err }, 'process failed')
    app.beginDrain()
    if (signal === 'SIGTERM') await handOver(app.server)
    const idle = setInterval(() => app.server.closeIdleConnections(), 100)
    await app.close()
    clearInterval(idle)
  })
  if (process.connected) process.once('disconnect', () => grace.close())

  const metricsPort = await serveMetrics(app, config)
  await listen(app, config)
  const { port } = app.server.address() as AddressInfo
  process.send?.({ type: 'listening', port, metrics_port: metricsPort })
  // Where there is a cache of compiled modules, whoever succeeds this process starts in half the time.
  flushCompileCache()
}

async function listen(app: FastifyInstance, config: ListenConfig): Promise<void> {
  const { HOST, PORT, LISTEN_FDS = 0 } = config
  // An address, not a name: for the name “localhost” Fastify would open further sockets.
  const inherited = { fd: FIRST_FD, host: '127.0.0.1' }
  await app.listen(LISTEN_FDS > 0 ? inherited : { host: HOST, port: PORT })
}

async function serveMetrics(
  app: FastifyInstance,
  { HOST, METRICS_PORT, LISTEN_FDS = 0 }: ListenConfig,
): Promise<number | undefined> {
  if (METRICS_PORT === undefined && LISTEN_FDS < 2) return undefined
  const where = LISTEN_FDS < 2 ? { host: HOST, port: METRICS_PORT } : { fd: FIRST_FD + 1 }
  const server = await listenForMetrics(app.metrics, where)
  server.unref()
  app.addHook('onClose', () => void server.close())
  return (server.address() as AddressInfo).port
}
