import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** Lets pages of `origins` call the API; without any, no page of another origin may. */
export function allowOrigins(app: FastifyInstance, origins: string[]): void {
  if (origins.length === 0) return
  app.register(cors, {
    origin: origins,
    methods: ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
    ],
    exposedHeaders: [
      'etag',
      'idempotency-replayed',
      'link',
      'location',
      'retry-after',
      'x-hospital-id',
      'x-hospital-name',
      'x-request-id',
    ],
    maxAge: 600,
  })
}
