import type { IncomingHttpHeaders } from 'node:http'
import type { Identity } from '@wardstone/contracts'

/** Request headers of the client that services may see. Nothing else passes, by any spelling. */
const FORWARDED = ['accept', 'if-match', 'if-none-match', 'idempotency-key', 'user-agent'] as const

/** Response headers of services that clients may see. */
const RETURNED = new Set([
  'cache-control',
  'content-disposition',
  'content-language',
  'content-length',
  'content-type',
  'etag',
  'idempotency-replayed',
  'last-modified',
  'link',
  'location',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'www-authenticate',
])

/**
 * The headers sent to a service: picked one by one, never spread, because what a client's
 * `Connection` header names would be taken away again, our stamps included.
 */
export function outgoingHeaders(
  incoming: IncomingHttpHeaders,
  identity: Identity,
  token: string,
): Record<string, string> {
  const headers = stamps(identity, token)
  for (const name of FORWARDED) {
    const value = incoming[name]
    if (typeof value === 'string') headers[name] = value
  }
  if (hasBody(incoming)) {
    const { 'content-type': type, 'content-length': length } = incoming
    if (type !== undefined) headers['content-type'] = type
    if (length !== undefined) headers['content-length'] = length
  }
  return headers
}

/** True when a body follows. Many clients send a Content-Type with none; to a service that would be an empty document. */
export function hasBody({
  'transfer-encoding': encoding,
  'content-length': length,
}: IncomingHttpHeaders): boolean {
  return encoding !== undefined || Number(length ?? 0) > 0
}

/** What the gateway says of a caller: the identity token, and the same facts in the clear. */
export function stamps(identity: Identity, token: string): Record<string, string> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'x-request-id': identity.request_id,
    'x-user-role': identity.role,
  }
  if (identity.user_id !== null) headers['x-user-id'] = identity.user_id
  if (identity.hospital_id !== null) headers['x-hospital-id'] = identity.hospital_id
  return headers
}

/** True for a header of a service's answer that goes on to the client. */
export function isReturned(name: string): boolean {
  return RETURNED.has(name)
}

const HEADER_VALUE = /^[\x20-\x7e\xa0-\xff]+$/

/** `text` as a header's value: percent-encoded when it holds what Latin-1 has not. */
export function headerValue(text: string): string {
  return HEADER_VALUE.test(text) ? text : encodeURI(text.toWellFormed())
}
