import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_MEDIA_TYPE, type Problem } from '@wardstone/contracts'

const BY_CODE: Record<string, [status: number, code: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'timeout', 'The request took too long to arrive'],
}
const MALFORMED = [400, 'malformed_request', 'The request is not well formed'] as const

/** The requests of each connection that wait for their answers, oldest first. */
const waiting = new WeakMap<Socket, Map<IncomingMessage, ServerResponse>>()
const refused = new WeakSet<Socket>()

/** Remembers who waits for an answer, so that nobody gets the one to bytes that came after theirs. */
export function followAnswers(server: Server): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const requests = waiting.get(socket) ?? new Map<IncomingMessage, ServerResponse>()
    waiting.set(socket, requests.set(request, response))
    response.once('close', () => requests.delete(request))
  })
}

/**
 * Answers bytes that are no HTTP request, which no hook or route ever sees, like every other error;
 * after the answers to the whole requests before them.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  if (refused.has(socket)) return
  refused.add(socket)
  refuseAfterOthers(error, socket)
}

function refuseAfterOthers(error: Error & { code?: string }, socket: Socket): void {
  const whole = [...(waiting.get(socket) ?? [])].find(([request]) => request.complete)
  if (whole) whole[1].once('close', () => refuseAfterOthers(error, socket))
  else if (socket.writable) refuse(error, socket)
}

function refuse(error: Error & { code?: string }, socket: Socket): void {
  const [status, code, detail] = BY_CODE[error.code ?? ''] ?? MALFORMED
  const title = STATUS_CODES[status] ?? 'Error'
  const request_id = randomUUID()
  const problem: Problem = { type: 'about:blank', title, status, detail, code, request_id }
  const body = JSON.stringify(problem)
  socket.end(
    [
      `HTTP/1.1 ${status} ${title}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      'Cache-Control: no-store',
      `X-Request-ID: ${request_id}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
