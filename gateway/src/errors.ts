import { HOSPITAL_MISMATCH_DETAIL } from '@wardstone/contracts'
import { problem } from '@wardstone/service'

/** The URL is not one that could reach a service. */
export const malformedUrl = () =>
  problem(400, 'malformed_request', 'The URL holds characters or segments that no route has')

/** GET and HEAD carry no body: a forwarded one would be read as the next request. */
export const unexpectedBody = () =>
  problem(400, 'malformed_request', 'GET and HEAD take no body', {}, { connection: 'close' })

/** What the client sent does not fit the length it announced, or cannot be forwarded. */
export const malformedRequest = () =>
  problem(400, 'malformed_request', 'The request is not well formed')

/** No token was sent. */
export const signInFirst = () =>
  problem(401, 'unauthenticated', 'Sign in first', {}, { 'www-authenticate': 'Bearer' })

/** Bad, expired and revoked tokens alike: one answer tells nobody which check failed. */
export const invalidToken = () =>
  problem(
    401,
    'unauthenticated',
    'The access token is not valid',
    {},
    { 'www-authenticate': 'Bearer error="invalid_token"' },
  )

/** The client named a hospital that is not its own. */
export const hospitalMismatch = () => problem(403, 'hospital_mismatch', HOSPITAL_MISMATCH_DETAIL)

/** The body is over the limit; the rest of it is not read. */
export const payloadTooLarge = () =>
  problem(413, 'payload_too_large', 'The body is too large', {}, { connection: 'close' })

/** A limit is used up. */
export const tooManyRequests = (detail: string, headers: Record<string, string>) =>
  problem(429, 'too_many_requests', detail, {}, headers)

/** The service answered with something that is not HTTP, or hung up. */
export const badGateway = () => problem(502, 'bad_gateway', 'A service gave no valid answer')

/** A service, or what is needed to judge tokens, cannot be reached now. */
export const unavailable = () =>
  problem(503, 'unavailable', 'Not available now; try again', {}, { 'retry-after': '1' })

/** The service took too long. */
export const gatewayTimeout = () => problem(504, 'gateway_timeout', 'A service took too long')
