import { PROBLEM_MEDIA_TYPE } from '@wardstone/contracts'

/** An operation of an OpenAPI document, as far as its answers go. */
interface DocumentedOperation {
  responses?: Record<string, unknown>
}

const retryAfter = { 'Retry-After': { schema: { type: 'string', description: 'seconds' } } }
const response = (description: string, headers?: object) => ({
  description,
  ...(headers && { headers }),
  content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
})

const PROBLEMS = {
  429: response('Too many requests of this address, user or hospital', retryAfter),
  502: response('The service broke off, or gave no valid answer'),
  503: response('Not available now; try again', retryAfter),
  504: response('The service took too long'),
}

/** `operation` with what the gateway itself may answer in a service’s place. */
export function withGatewayProblems(operation: DocumentedOperation): object {
  return { ...operation, responses: { ...PROBLEMS, ...operation.responses } }
}
