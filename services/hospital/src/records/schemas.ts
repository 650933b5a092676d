import { Type } from '@sinclair/typebox'
import { CursorSchema, nullable, PageLimitSchema, UuidSchema } from '@wardstone/contracts'

/** Of every object that clients send. */
export const strict = { additionalProperties: false }

/** May be left out, or null. */
export const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(nullable(schema))

/** `version` in a body says the same as `If-Match`. */
export const expectedVersion = { version: Type.Optional(Type.Integer({ minimum: 1 })) }

export const RecordParamsSchema = Type.Object({ id: UuidSchema }, strict)

/** A request that has nothing to say: no body, or an empty object. */
export const NoBodySchema = Type.Union([Type.Null(), Type.Object({}, strict)])

/** What a list of records is sorted by; `-` for descending. */
const ORDERINGS = ['name', '-name', 'created_at', '-created_at'] as const
export type Ordering = (typeof ORDERINGS)[number]

/** The part of a list's query that says which page of it. */
export const paging = {
  limit: PageLimitSchema,
  cursor: Type.Optional(CursorSchema),
  count: Type.Boolean({ default: false }),
}

export const ordering = Type.Union(
  ORDERINGS.map((each) => Type.Literal(each)),
  { default: 'name' },
)

/** The one search box: words in any order, by their beginnings. */
export const search = {
  q: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S.*\\S' }),
  is_active: Type.Boolean({ default: true }),
  limit: PageLimitSchema,
  cursor: Type.Optional(CursorSchema),
}
