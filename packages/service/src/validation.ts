import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FastifyValidationResult } from 'fastify/types/schema.js'
import { problem } from './problem.ts'

interface ObjectSchema {
  type?: string
  additionalProperties?: unknown
  properties?: Record<string, { type?: string }>
}

/**
 * Strict validation: nothing is coerced in a body, unknown fields are errors, and text that
 * PostgreSQL cannot store (NUL, lone surrogates) is refused before a route sees it. All errors of a
 * request are told at once; the body limit bounds the work.
 */
export function strictValidation(app: FastifyInstance): void {
  const ajv = new Ajv({
    coerceTypes: false,
    removeAdditional: false,
    useDefaults: true,
    allErrors: true,
  })
  addFormats.default(ajv, { mode: 'full', formats: ['date', 'date-time', 'email', 'uuid'] })

  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validate = ajv.compile(schema as ObjectSchema)
    const check = httpPart === 'querystring' ? coercing(schema as ObjectSchema, validate) : validate
    return check as FastifyValidationResult
  })
  app.addHook('preValidation', async (request) => refuseUnstorableText(request))
}

/** Query values are text: whole numbers and booleans of the schema are parsed, exactly, and nothing else. */
function coercing(schema: ObjectSchema, validate: ValidateFunction) {
  const parsed = Object.entries(schema.properties ?? {}).filter(([, { type }]) => type !== 'string')
  const check = (query: Record<string, unknown>) => {
    for (const [name, { type }] of parsed) {
      const value = query[name]
      if (typeof value !== 'string') continue
      if (type === 'integer' && /^-?\d{1,15}$/.test(value)) query[name] = Number(value)
      if (type === 'boolean' && (value === 'true' || value === 'false'))
        query[name] = value === 'true'
    }
    const valid = validate(query)
    check.errors = validate.errors
    return valid
  }
  check.errors = validate.errors
  return check
}

function refuseUnstorableText(request: FastifyRequest): void {
  const pointer =
    unstorable(request.body, '') ?? unstorable(request.query, '') ?? unstorable(request.params, '')
  if (pointer !== undefined) {
    throw problem(400, 'validation_failed', 'Some fields are not valid', {
      errors: [{ pointer, message: 'must not contain NUL or lone surrogates' }],
    })
  }
}

function unstorable(value: unknown, pointer: string): string | undefined {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed() ? pointer : undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  for (const [name, inner] of Object.entries(value)) {
    if (unstorable(name, '') !== undefined) return pointer
    const found = unstorable(inner, `${pointer}/${name}`)
    if (found !== undefined) return found
  }
  return undefined
}
