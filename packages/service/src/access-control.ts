import {
  type AuditEvent,
  HOSPITAL_MISMATCH_DETAIL,
  isAllowed,
  NO_HOSPITAL_CONTEXT_DETAIL,
  PERMISSIONS,
  type Permission,
} from '@wardstone/contracts'
import type { FastifyRequest, HookHandlerDoneFunction, RouteOptions } from 'fastify'
import { fastifyPlugin } from 'fastify-plugin'
import { auditEvent } from './audit-event.ts'
import { type ProblemError, problem } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller must hold. A route has either this or `public: true`. */
    permission?: Permission
    /** Anybody may call, through the gateway. */
    public?: true
    /** Statuses of problems that only this route answers with, beside those that follow from what it declares. */
    problems?: readonly (403 | 404 | 409 | 412 | 429)[]
    /** Answers with what the process has in memory: nothing can be away that it needs. */
    fromMemory?: true
    /** The `hospital_id` of its body names the hospital to go to, so it may be another than the caller's. */
    choosesHospital?: true
    /**
     * It understands `Idempotency-Key` and so may also answer 409; see `IdempotencyKeys` in packages/tenancy.
     * `by_body` where anybody may call: the key is good for the same body only, and any other is another key.
     */
    idempotent?: true | 'by_body'
    /** Health, readiness, OpenAPI: the process itself, not its data; needs no identity either. */
    operational?: true
  }
  interface FastifyInstance {
    /** Writes one audit event durably, then resolves. */
    recordAudit: (event: AuditEvent) => Promise<void>
  }
}

interface AccessOptions {
  service: string
  recordAudit: (event: AuditEvent) => Promise<void>
}

/**
 * Deny by default. A route that declares neither a permission nor `public: true`, or no response
 * schema, or an open body or query, stops the boot. A caller who lacks the permission gets 403, and
 * the denial is in the audit before the answer leaves.
 */
export const accessControl = fastifyPlugin<AccessOptions>(
  async (app, { service, recordAudit }) => {
    app.decorate('recordAudit', recordAudit)
    app.addHook('onRoute', requireDeclarations)

    app.addHook('onRequest', (request, _reply, done) => {
      const permission = request.routeOptions.config.permission
      if (!permission) return done()
      const { identity } = request
      if (
        PERMISSIONS[permission].scope === 'hospital' &&
        identity.hospital_id === null &&
        isPerson(request)
      ) {
        const refusal = problem(403, 'no_hospital_context', NO_HOSPITAL_CONTEXT_DETAIL)
        return deny(request, ['access.denied', 'no_hospital_context'], refusal, done)
      }
      if (isAllowed(identity, permission)) return done()
      const refusal = problem(403, 'forbidden', `Your role may not do this (${permission})`)
      deny(request, ['access.denied', `lacks ${permission}`], refusal, done)
    })

    app.addHook('preValidation', (request, _reply, done) => {
      const { permission, choosesHospital } = request.routeOptions.config
      if (!permission || request.identity.hospital_id === null) return done()
      const isElsewhere =
        namesAnotherHospital(request.query, request) ||
        (!choosesHospital && namesAnotherHospital(request.body, request))
      if (!isElsewhere) return done()
      const refusal = problem(403, 'hospital_mismatch', HOSPITAL_MISMATCH_DETAIL)
      deny(request, ['security.hospital_mismatch', 'named another hospital'], refusal, done)
    })

    /** Puts the denial on record, then answers with it. */
    function deny(
      request: FastifyRequest,
      [action, reason]: [AuditEvent['action'], string],
      refusal: ProblemError,
      done: HookHandlerDoneFunction,
    ): void {
      const event = auditEvent(service, request.identity, { action, outcome: 'denied', reason })
      recordAudit(event).then(
        () => done(refusal),
        // To say nothing would let the request pass.
        (error) => done(error ?? refusal),
      )
    }
  },
  { name: '@wardstone/access-control', fastify: '5.x', dependencies: ['@wardstone/identity'] },
)

function isPerson(request: FastifyRequest): boolean {
  return request.identity.user_id !== null
}

function namesAnotherHospital(source: unknown, request: FastifyRequest): boolean {
  if (typeof source !== 'object' || source === null || !Object.hasOwn(source, 'hospital_id'))
    return false
  return (source as { hospital_id: unknown }).hospital_id !== request.identity.hospital_id
}

function requireDeclarations(route: RouteOptions): void {
  const { permission, public: isPublic, operational, idempotent } = route.config ?? {}
  const where = `${String(route.method)} ${route.url}`
  if ([permission, isPublic, operational].filter(Boolean).length !== 1) {
    throw new Error(`${where} must declare either a permission or public: true.`)
  }
  if (permission && !Object.hasOwn(PERMISSIONS, permission)) {
    throw new Error(`${where} declares the unknown permission ${permission}.`)
  }
  // A key is a person's: two strangers with the same one would see each other's answers.
  if (idempotent && (idempotent === true) !== (permission !== undefined))
    throw new Error(`${where} is idempotent: true for who has a permission, by_body for anybody.`)
  if (!route.schema?.response) throw new Error(`${where} must declare its response schema.`)
  route.schema.querystring ??= { type: 'object', properties: {}, additionalProperties: false }
  for (const part of ['body', 'querystring', 'params'] as const) {
    if (isOpenObject(route.schema[part])) {
      throw new Error(`${where}: the schema of its ${part} must set additionalProperties: false.`)
    }
  }
}

function isOpenObject(schema: unknown): boolean {
  const { type, additionalProperties } = (schema ?? {}) as {
    type?: string
    additionalProperties?: unknown
  }
  return type === 'object' && additionalProperties !== false
}
