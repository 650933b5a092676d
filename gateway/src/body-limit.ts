import { Transform } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { payloadTooLarge, unexpectedBody } from './errors.ts'

/** Where a body may be larger: a file of patients. */
const LARGE: Readonly<Record<string, number>> = { 'POST /api/patients/import': 16_777_216 }

/**
 * Refuses bodies over `usual` bytes, or what `LARGE` says: by the announced length before anything is read, by counting
 * where none is announced. The proxy streams bodies, so Fastify's own limit does not see them.
 */
export function limitBody(app: FastifyInstance, usual: number): void {
  const limitOf = ({ method, url }: FastifyRequest) =>
    LARGE[`${method} ${url.split('?', 1)[0]}`] ?? usual
  app.addHook('onRequest', (request, _reply, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    if (isRead && (length !== '0' || encoding !== undefined)) return done(unexpectedBody())
    done(Number(length) > limitOf(request) ? payloadTooLarge() : undefined)
  })

  app.addHook('preParsing', (request, _reply, payload, done) => {
    if (request.headers['transfer-encoding'] === undefined) return done(null, payload)
    const counted = new CountedBody(limitOf(request))
    payload.once('close', () => {
      if (!payload.readableEnded) counted.destroy()
    })
    done(null, payload.pipe(counted))
  })
}

/** Passes bytes on until there are more than `limit`. */
class CountedBody extends Transform {
  readonly #limit: number
  #count = 0

  constructor(limit: number) {
    super()
    this.#limit = limit
  }

  override _transform(
    chunk: Buffer,
    _encoding: string,
    done: (error: Error | null, chunk?: Buffer) => void,
  ) {
    this.#count += chunk.length
    if (this.#count > this.#limit) done(payloadTooLarge())
    else done(null, chunk)
  }
}
