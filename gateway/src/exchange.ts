import type { IncomingHttpHeaders } from 'node:http'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import { isReturned } from './headers.ts'
import { upstreamProblem } from './upstream-errors.ts'

/** Answers of a known length up to this are passed on whole, which costs half of what a stream does. */
const WHOLE_UP_TO = 262_144

/**
 * One request at a service, and its answer on the way back to the client. Written against undici's
 * own events, because the streams in between are most of what a proxied request costs.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  #head: { status: number; headers: IncomingHttpHeaders } = { status: 502, headers: {} }
  #stream: Readable | undefined
  #chunks: Buffer[] = []

  constructor(request: FastifyRequest, reply: FastifyReply) {
    this.#request = request
    this.#reply = reply
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { raw } = this.#reply
    const abort = () => controller.abort(new Error('The client left.'))
    if (raw.destroyed) abort()
    else raw.once('close', () => raw.writableFinished || abort())
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return
    this.#head = { status, headers }
    const isWhole = Number(headers['content-length']) <= WHOLE_UP_TO
    if (isWhole || !hasBody(this.#request, status)) return
    this.#stream = new Readable({
      read: () => controller.resume(),
      destroy: (error, done) => {
        controller.abort(error ?? new Error('The client left.'))
        done(error)
      },
    })
    this.#answer(this.#stream)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#stream === undefined) this.#chunks.push(chunk)
    else if (!this.#stream.push(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    if (this.#stream !== undefined) this.#stream.push(null)
    else if (this.#chunks.length === 1) this.#answer(this.#chunks[0])
    else this.#answer(this.#chunks.length === 0 ? undefined : Buffer.concat(this.#chunks))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const { sent, raw } = this.#reply
    if (this.#stream !== undefined) this.#stream.destroy(error)
    else if (!sent && !raw.destroyed) this.#reply.send(upstreamProblem(error))
  }

  #answer(body: Readable | Buffer | undefined): void {
    const { status, headers } = this.#head
    const reply = this.#reply.code(status)
    for (const name in headers) if (isReturned(name)) reply.header(name, headers[name])
    // The rest of a body that was not read would be taken for the next request.
    if (!this.#request.raw.complete) reply.header('connection', 'close')
    reply.send(body)
  }
}

function hasBody({ method }: FastifyRequest, status: number): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304
}
