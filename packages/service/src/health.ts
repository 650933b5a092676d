import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

/** A part this process depends on: resolves to false, or rejects, while it is away. */
export interface Part {
  isUp: () => Promise<boolean> | boolean
  /** The process can do its work without it: shown, but does not decide. */
  optional?: boolean
}

const State = Type.Union([Type.Literal('up'), Type.Literal('down')])
const ReadySchema = Type.Object({
  status: Type.Union([Type.Literal('ready'), Type.Literal('unavailable')]),
  parts: Type.Record(Type.String(), State),
})

/** `GET /health`: the process lives. `GET /ready`: its parts do too, else 503; also 503 while it drains. */
export function healthRoutes(
  app: FastifyInstance,
  parts: Record<string, Part>,
  isDraining: () => boolean,
): void {
  app.get(
    '/health',
    {
      config: { operational: true },
      logLevel: 'silent',
      schema: { response: { 200: Type.Object({ status: Type.Literal('up') }) } },
    },
    () => ({ status: 'up' }),
  )

  app.get(
    '/ready',
    {
      config: { operational: true },
      logLevel: 'silent',
      schema: { response: { 200: ReadySchema, 503: ReadySchema } },
    },
    async (_request, reply) => {
      const states = await Promise.all(
        Object.entries(parts).map(async ([name, part]) => [name, part, await isUp(part)] as const),
      )
      const ready = !isDraining() && states.every(([, part, up]) => up || part.optional)
      if (!ready) reply.code(503).header('retry-after', '1')
      return {
        status: ready ? ('ready' as const) : ('unavailable' as const),
        parts: Object.fromEntries(
          states.map(([name, , up]) => [name, up ? ('up' as const) : ('down' as const)]),
        ),
      }
    },
  )
}

/** Whether the part is there; one that fails to tell is not. */
export async function isUp(part: Part): Promise<boolean> {
  try {
    return await part.isUp()
  } catch {
    return false
  }
}
