import type { AddressInfo } from 'node:net'
import type { TObject } from '@sinclair/typebox'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'
import { ConfigurationError, loadConfig } from './config.ts'
import { listenForMetrics } from './metrics.ts'

interface ListenConfig {
  HOST: string
  PORT: number
  METRICS_PORT?: number
}

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
 * hooks run. Exits after 10 s at the latest.
 */
export async function runService(app: FastifyInstance, config: ListenConfig): Promise<void> {
  const grace = closeWithGrace({ delay: 10_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'process failed')
    app.beginDrain()
    const idle = setInterval(() => app.server.closeIdleConnections(), 100)
    await app.close()
    clearInterval(idle)
  })
  if (process.connected) process.once('disconnect', () => grace.close())

  const metricsPort = await serveMetrics(app, config)
  await app.listen({ host: config.HOST, port: config.PORT })
  const { port } = app.server.address() as AddressInfo
  process.send?.({ type: 'listening', port, metrics_port: metricsPort })
}

async function serveMetrics(
  app: FastifyInstance,
  config: ListenConfig,
): Promise<number | undefined> {
  if (config.METRICS_PORT === undefined) return undefined
  const server = await listenForMetrics(app.metrics, config.HOST, config.METRICS_PORT)
  server.unref()
  app.addHook('onClose', () => void server.close())
  return (server.address() as AddressInfo).port
}
