import type { FastifyRequest } from 'fastify'
import { problem } from './problem.ts'

const NAME = 'idempotency-key'
const VISIBLE_ASCII = '^[\\x21-\\x7e]{1,255}$'
const WELL_FORMED = new RegExp(VISIBLE_ASCII)

/** The header as the OpenAPI documents it on routes that are `idempotent`. */
export const IDEMPOTENCY_KEY_HEADER = {
  type: 'object',
  properties: {
    [NAME]: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      pattern: VISIBLE_ASCII,
      description:
        'made by the client, new for each thing it wants done: the same key and body get the same answer for 24 hours, with `Idempotency-Replayed: true`',
    },
  },
}

/**
 * The request's `Idempotency-Key`, if it has one.
 * @throws problem 400 when it is not 1 to 255 visible ASCII characters
 */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers[NAME]
  if (key === undefined || (typeof key === 'string' && WELL_FORMED.test(key))) return key
  throw problem(400, 'validation_failed', 'The header Idempotency-Key is not valid', {
    errors: [{ pointer: `/${NAME}`, message: 'must be 1 to 255 visible ASCII characters' }],
  })
}
