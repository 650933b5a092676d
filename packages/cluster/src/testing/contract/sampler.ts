import { randomUUID } from 'node:crypto'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { JsonSchema, OpenApiDocument } from './document.ts'

/** What only an earlier answer can give: no sample has it. */
const GIVEN = new Set(['cursor', 'version'])

/** `minimal` has what is required, `full` everything. */
export type Extent = 'minimal' | 'full'

/** Makes values that schemas allow, and values that they refuse. */
export class Sampler {
  readonly #ajv = new Ajv({ strict: false })
  readonly #document: OpenApiDocument

  constructor(document: OpenApiDocument) {
    this.#document = document
    addFormats.default(this.#ajv)
  }

  /** A value that `schema` allows; undefined for a body that need not be there. */
  sample(given: JsonSchema, extent: Extent): unknown {
    const schema = this.#document.resolve(given)
    if (schema.enum) return schema.enum[0]
    if (schema.anyOf) return this.#ofBranches(schema.anyOf, extent)
    if (schema.type === 'object') return this.#object(schema, extent)
    if (schema.type === 'array') {
      const length = Math.max(schema.minItems ?? 0, extent === 'full' ? 1 : 0)
      return Array.from({ length }, () => this.sample(schema.items ?? {}, extent))
    }
    if (schema.type === 'boolean') return true
    if (schema.type === 'integer' || schema.type === 'number') return schema.minimum ?? 1
    return this.#text(schema)
  }

  /** A value that `schema` refuses, whatever the other fields are. */
  refused(schema: JsonSchema): unknown {
    return [{ unknown_field: 1 }, ['x'], 1.5, 'x'].find((value) => !this.#allows(schema, value))
  }

  /** A query value that `schema` refuses: NUL is refused in any text. */
  refusedText(given: JsonSchema): string {
    const { type } = this.#document.resolve(given)
    if (type === 'integer' || type === 'boolean') return 'x'
    return [' ', 'no such value'].find((text) => !this.#allows(given, text)) ?? '\0'
  }

  #ofBranches(branches: JsonSchema[], extent: Extent): unknown {
    const others = branches.filter(({ type }) => type !== 'null')
    const isOptional = others.length < branches.length
    if (isOptional && extent === 'minimal') return undefined
    return this.sample(others[0] ?? {}, extent)
  }

  #object({ properties = {}, required = [], minProperties = 0 }: JsonSchema, extent: Extent) {
    const names = Object.keys(properties).filter((name) => !GIVEN.has(name))
    const optional = names.filter((name) => !required.includes(name))
    const chosen = [
      ...required,
      ...optional.slice(0, extent === 'full' ? optional.length : minProperties - required.length),
    ]
    const fields = chosen.map((name) => [name, this.sample(properties[name] ?? {}, 'full')])
    return Object.fromEntries(fields)
  }

  #text(schema: JsonSchema): string {
    const unique = randomUUID()
    const word = `sample_${unique.slice(0, 8)}`
    const texts = [word, `${word}@example.org`, 'de', '1984-05-17', '2026-01-01T00:00:00.000Z']
    const found = [...texts, '+49 30 1234567', '08:30', unique].find((text) =>
      this.#allows(schema, text),
    )
    if (found === undefined) throw new Error(`No sample fits ${JSON.stringify(schema)}`)
    return found
  }

  #allows(schema: JsonSchema, value: unknown): boolean {
    return this.#ajv.validate(this.#document.resolve(schema), value)
  }
}
