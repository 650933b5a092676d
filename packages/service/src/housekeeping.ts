import type { FastifyInstance } from 'fastify'

const EVERY_MS = 10 * 60 * 1000

/** Does `tasks` now and then while `app` runs; one that fails is tried again the next time. */
export function housekeeping(app: FastifyInstance, tasks: (() => Promise<void>)[]): void {
  const tidy = async () => {
    for (const task of tasks) {
      await task().catch((err: Error) => app.log.warn({ err }, 'housekeeping failed'))
    }
  }
  let timer: NodeJS.Timeout | undefined
  app.addHook('onReady', async () => {
    timer = setInterval(tidy, EVERY_MS).unref()
  })
  app.addHook('onClose', async () => clearInterval(timer))
}
