import { STATUS_CODES } from 'node:http'
import { PROBLEM_MEDIA_TYPE, type Problem } from '@wardstone/contracts'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** An error that is the answer: status, stable code and a sentence for the caller (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly statusCode: number
  readonly code: string
  readonly extra: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: string,
    detail: string,
    extra: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ) {
    super(detail)
    this.statusCode = status
    this.code = code
    this.extra = extra
    this.headers = headers
  }
}

/**
 * Makes a problem to throw.
 * @param extra members beside the standard ones, such as `errors` or the candidates of a conflict
 * @param headers response headers, such as `Retry-After`
 */
export function problem(
  status: number,
  code: string,
  detail: string,
  extra?: Record<string, unknown>,
  headers?: Record<string, string>,
): ProblemError {
  return new ProblemError(status, code, detail, extra, headers)
}

/** The `status` and `code` of the errors that Fastify raises itself, by its code. */
const FASTIFY_ERRORS: Record<string, [status: number, code: string, detail: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'unsupported_media_type', 'Send application/json'],
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'payload_too_large', 'The body is too large'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'malformed_request', 'The body is empty but should be JSON'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'malformed_request', 'The body is not valid JSON'],
  FST_ERR_HANDLER_TIMEOUT: [503, 'timeout', 'The answer took too long; try again'],
}

function toProblem(error: FastifyError | ProblemError): ProblemError {
  if (error instanceof ProblemError) return error
  if (error.validation) {
    const errors = error.validation.map(describeField).filter(firstOfItsPointer).slice(0, 20)
    return problem(400, 'validation_failed', 'Some fields are not valid', { errors })
  }
  const known = FASTIFY_ERRORS[error.code]
  if (known) return problem(...known, {}, known[0] === 503 ? { 'retry-after': '1' } : {})
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) {
    return problem(status, 'malformed_request', 'The request is not well formed')
  }
  return problem(500, 'internal', 'Something went wrong on our side')
}

interface FieldError {
  pointer: string
  message: string
}

function describeField(error: NonNullable<FastifyError['validation']>[number]): FieldError {
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>
  if (missingProperty)
    return { pointer: `${error.instancePath}/${missingProperty}`, message: 'is required' }
  if (additionalProperty) {
    return {
      pointer: `${error.instancePath}/${additionalProperty}`,
      message: 'is not a known field',
    }
  }
  return { pointer: error.instancePath, message: error.message ?? 'is not valid' }
}

/** A nullable field that is wrong fails once for each branch of its union; the first says it. */
function firstOfItsPointer(error: FieldError, index: number, all: FieldError[]): boolean {
  return all.findIndex((other) => other.pointer === error.pointer) === index
}

/** Sends `error` as a problem; 5xx never say why. */
function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: FastifyError | ProblemError,
): FastifyReply {
  const answer = toProblem(error)
  if (answer.statusCode >= 500)
    request.log.error({ err: error, request_id: request.id }, 'request failed')
  const body: Problem = {
    ...answer.extra,
    type: 'about:blank',
    title: STATUS_CODES[answer.statusCode] ?? 'Error',
    status: answer.statusCode,
    detail: answer.message,
    code: answer.code,
    request_id: request.id,
  }
  return reply
    .code(answer.statusCode)
    .headers(answer.headers)
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(JSON.stringify)
    .send(body)
}

/** Makes every error and every unknown route of `app` answer with a problem. */
export function problemHandlers(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | ProblemError, request, reply) =>
    sendProblem(request, reply, error),
  )
  app.setNotFoundHandler((request, reply) =>
    sendProblem(request, reply, problem(404, 'not_found', 'Not found')),
  )
}
