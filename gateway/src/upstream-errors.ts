import { ProblemError } from '@wardstone/service'
import { badGateway, gatewayTimeout, malformedRequest, unavailable } from './errors.ts'

/** By the code of the error beneath: did the request reach the service, and was an answer due? */
const PROBLEMS: Record<string, () => ProblemError> = {
  ECONNREFUSED: unavailable,
  ENOTFOUND: unavailable,
  EAI_AGAIN: unavailable,
  EHOSTUNREACH: unavailable,
  ENETUNREACH: unavailable,
  UND_ERR_CONNECT_TIMEOUT: unavailable,
  UND_ERR_DESTROYED: unavailable,
  UND_ERR_CLOSED: unavailable,
  UND_ERR_HEADERS_TIMEOUT: gatewayTimeout,
  UND_ERR_BODY_TIMEOUT: gatewayTimeout,
  UND_ERR_INVALID_ARG: malformedRequest,
  UND_ERR_REQ_CONTENT_LENGTH_MISMATCH: malformedRequest,
}

/** What to answer when a service gave no answer; nothing of the cause, such as an address, is repeated. */
export function upstreamProblem(error: Error & { code?: string }): ProblemError {
  const cause = (error.cause ?? error) as Error & { code?: string }
  if (cause instanceof ProblemError) return cause
  return (PROBLEMS[cause.code ?? ''] ?? badGateway)()
}
