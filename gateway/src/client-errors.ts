import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_MEDIA_TYPE, type Problem } from '@wardstone/contracts'

const BY_CODE: Record<string, [status: number, code: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'headers_too_large', 'The headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'timeout', 'The request took too long to arrive'],
}
const MALFORMED = [400, 'malformed_request', 'The request is not well formed'] as const

/** Answers bytes that are no HTTP request, which no hook or route ever sees, like every other error. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
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
