import { UuidSchema } from '@wardstone/contracts'
import type { Operation, Schema } from './operations.ts'

/** How to choose among what a schema allows. */
export interface Sampling {
  /** The words that texts are made of, in the order of trial: the first that a schema allows is taken. */
  texts: readonly string[]
  /** The id for the field of a name. */
  idOf: (field: string) => string | undefined
  /** Every field, not only the required ones. */
  whole?: boolean
}

/** Which state of a record is meant, and who heads a department that doctors are yet to be in: a sample has no opinion on that. */
const NOT_SAMPLED = ['version', 'head_doctor_id']

/**
 * One value that `schema` allows, always the same.
 * @param where names the value in errors
 * @throws when nothing of `sampling` fits, or the schema has what no service's schema had before
 */
export function sampleOf(schema: Schema, sampling: Sampling, where: string): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  if (schema.anyOf) {
    const chosen = schema.anyOf.find(({ type }) => type !== 'null')
    return chosen && sampleOf(chosen, sampling, where)
  }
  if (schema.type === 'string') return textOf(schema, sampling, where)
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
  if (schema.type === 'boolean') return true
  if (schema.type === 'null') return null
  if (schema.type === 'array') return [sampleOf(schema.items ?? {}, sampling, `${where}[]`)]
  if (schema.type === 'object') return objectOf(schema, sampling, where)
  throw new Error(`${where}: sample.ts knows no value for ${JSON.stringify(schema)}.`)
}

/** True for the id of a record. */
export function isId(schema: Schema): boolean {
  return (
    schema.pattern === UuidSchema.pattern || (schema.anyOf?.some((each) => isId(each)) ?? false)
  )
}

/** The object among what `schema` allows. */
export function objectIn(schema: Schema | undefined): Schema | undefined {
  return schema?.type === 'object' ? schema : schema?.anyOf?.find(({ type }) => type === 'object')
}

/** True for what names the hospital to go to in its body. */
export function choosesHospital({ body }: Operation): boolean {
  return objectIn(body)?.properties?.hospital_id !== undefined
}

function objectOf(schema: Schema, sampling: Sampling, where: string): object {
  const { properties = {}, required = [], minProperties = 0 } = schema
  const names = Object.keys(properties).filter((name) => !NOT_SAMPLED.includes(name))
  const least = names.filter((name) => required.includes(name))
  const more = names.filter((name) => !required.includes(name))
  const chosen = [...least, ...more.slice(0, Math.max(0, minProperties - least.length))]
  return Object.fromEntries(
    (sampling.whole ? names : chosen).map((name) => {
      const field = properties[name] ?? {}
      const value = isId(field)
        ? idFor(name, sampling, where)
        : sampleOf(field, sampling, `${where}/${name}`)
      return [name, value]
    }),
  )
}

function idFor(name: string, { idOf }: Sampling, where: string): string {
  const id = idOf(name)
  if (id !== undefined) return id
  throw new Error(
    `${where}/${name} wants an id. Add ${name} to idFor in packages/proof/src/bodies.ts.`,
  )
}

const FORMATS: Record<string, RegExp> = {
  email: /^[^\s@]+@[^\s@]+$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT/,
  uuid: new RegExp(UuidSchema.pattern ?? ''),
}

function textOf(schema: Schema, { texts }: Sampling, where: string): string {
  const { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema
  const known = format === undefined || FORMATS[format]
  const fits = (text: string) =>
    text.length >= minLength &&
    text.length <= maxLength &&
    (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
    (format === undefined || FORMATS[format]?.test(text))
  const text = known ? texts.find(fits) : undefined
  if (text !== undefined) return text
  throw new Error(`${where}: no text of the sample fits ${JSON.stringify(schema)}.`)
}
