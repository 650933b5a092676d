import { Ajv, type ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { FastifySchemaValidationError, FastifyValidationResult } from 'fastify/types/schema.js'
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
    const parse = httpPart === 'querystring' ? parsing(schema as ObjectSchema) : undefined
    // Compiled when it is first needed: a process that takes another's place must not be long about it.
    let validate: ValidateFunction | undefined
    const check: FastifyValidationResult = (data) => {
      validate ??= ajv.compile(schema as ObjectSchema)
      parse?.(data)
      const valid = validate(data)
      if (!valid) check.errors = validate.errors as FastifySchemaValidationError[]
      return valid
    }
    return check
  })
  app.addHook('preValidation', (request, _reply, done) => {
    refuseUnstorableText(request)
    done()
  })
}

/** Query values are text: whole numbers and booleans of the schema are parsed, exactly, and nothing else. */
function parsing(schema: ObjectSchema) {
  const parsed = Object.entries(schema.properties ?? {}).filter(([, { type }]) => type !== 'string')
  return (query: Record<string, unknown>) => {
    for (const [name, { type }] of parsed) {
      const value = query[name]
      if (typeof value !== 'string') continue
      if (type === 'integer' && /^-?\d{1,15}$/.test(value)) query[name] = Number(value)
      if (type === 'boolean' && (value === 'true' || value === 'false'))
        query[name] = value === 'true'
    }
  }
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
