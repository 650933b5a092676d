import fc, { type Arbitrary } from 'fast-check'
import { isNeeded, type Schema } from '../operations.ts'
import { idOf, KNOWN_FIELDS, SHARED_FIELDS } from './known-fields.ts'
import { textOf } from './texts.ts'

/** Values that `schema` allows; `name` is the field's, by which some values are known better. */
export function anyValue(schema: Schema, name = ''): Arbitrary<unknown> {
  if (isNullable(schema)) {
    return fc.oneof(
      { weight: 4, arbitrary: anyValue(withoutNull(schema), name) },
      { weight: 1, arbitrary: fc.constant(null) },
    )
  }
  const known = KNOWN_FIELDS[name] ?? recordOf(name)
  if (known) return known
  const shared = SHARED_FIELDS[name]
  if (!shared) return ofSchema(schema, name)
  return fc.oneof(
    { weight: 4, arbitrary: shared },
    { weight: 1, arbitrary: ofSchema(schema, name) },
  )
}

function ofSchema(schema: Schema, name: string): Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((each) => anyValue(each, name)))
  switch (schema.type) {
    case 'object':
      return objectOf(schema)
    case 'array':
      return arrayOf(schema, name)
    case 'string':
      return textOf(schema)
    case 'integer':
      return integerOf(schema)
    case 'number':
      return fc.double({ ...bounds(schema), noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      throw new Error(`no values are known for the schema ${JSON.stringify(schema)}`)
  }
}

/** `patient_id` names one of `/api/patients`. */
function recordOf(name: string): Arbitrary<unknown> | undefined {
  const [, stem] = /^(.+)_id$/.exec(name) ?? []
  return stem === undefined ? undefined : idOf(`/api/${stem}s`)
}

/** All of the required fields, and of the others few or many: with many, one is easily too much for a caller. */
function objectOf({ properties = {}, required = [], minProperties = 0 }: Schema) {
  const values = Object.entries(properties).map(([key, schema]) => [key, anyValue(schema, key)])
  const complete: Arbitrary<object> = fc.record(Object.fromEntries(values))
  const needed = required.filter((key) => isNeeded(true, properties[key]))
  const optional = Object.keys(properties).filter((key) => !needed.includes(key))
  const chosen = fc.oneof(
    fc.subarray(optional, { maxLength: Math.min(2, optional.length) }),
    fc.subarray(optional),
  )
  return fc
    .tuple(complete, chosen)
    .map(([object, keys]) => picked(object, [...needed, ...keys]))
    .filter((object) => Object.keys(object).length >= minProperties)
}

function picked(object: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keys.includes(key)))
}

function arrayOf({ items = {}, minItems = 0, maxItems = 5 }: Schema, name: string) {
  return fc.array(anyValue(items, name), {
    minLength: minItems,
    maxLength: Math.max(minItems, Math.min(maxItems, 5)),
  })
}

function integerOf(schema: Schema): Arbitrary<number> {
  const { min = 0, max = min + 100 } = bounds(schema)
  return fc.oneof(fc.integer({ min, max }), fc.constantFrom(min, max))
}

function bounds({ minimum, maximum }: Schema): { min?: number; max?: number } {
  return {
    ...(minimum !== undefined && { min: minimum }),
    ...(maximum !== undefined && { max: maximum }),
  }
}

function isNullable({ anyOf = [] }: Schema): boolean {
  return anyOf.length > 1 && anyOf.some(({ type }) => type === 'null')
}

function withoutNull({ anyOf = [] }: Schema): Schema {
  const rest = anyOf.filter(({ type }) => type !== 'null')
  return rest.length === 1 ? (rest[0] as Schema) : { anyOf: rest }
}
