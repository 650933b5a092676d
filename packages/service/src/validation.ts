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

/** Deeper than any schema goes, and than a stack may fall. */
const MAX_DEPTH = 32

function refuseUnstorableText(request: FastifyRequest): void {
  const found =
    unstorable(request.body, '') ?? unstorable(request.query, '') ?? unstorable(request.params, '')
  if (found === undefined) return
  throw problem(400, 'validation_failed', 'Some fields are not valid', { errors: [found] })
}

interface Unstorable {
  pointer: string
  message: string
}

function unstorable(value: unknown, pointer: string, depth = 0): Unstorable | undefined {
  if (typeof value === 'string') {
    if (!value.includes('\0') && value.isWellFormed()) return undefined
    return { pointer, message: 'must not contain NUL or lone surrogates' }
  }
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === MAX_DEPTH) return { pointer, message: 'is nested too deeply' }
  for (const [name, inner] of Object.entries(value)) {
    const inName = unstorable(name, pointer)
    if (inName !== undefined) return inName
    const found = unstorable(inner, `${pointer}/${name}`, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
