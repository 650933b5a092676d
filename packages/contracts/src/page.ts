import { type Static, type TSchema, Type } from '@sinclair/typebox'

/** How many results a page has: 1 to 100, 20 unless asked. */
export const PageLimitSchema = Type.Integer({ minimum: 1, maximum: 100, default: 20 })

/** A cursor: opaque to clients, bound to hospital, route and filters. */
export const CursorSchema = Type.String({
  minLength: 1,
  maxLength: 1024,
  pattern: '^[A-Za-z0-9_.-]+$',
})

/** The query of a list that has no order but that of time: the newest first, unless asked. */
export const TimelineQuerySchema = Type.Object(
  {
    ordering: Type.Union([Type.Literal('created_at'), Type.Literal('-created_at')], {
      default: '-created_at',
    }),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
    count: Type.Boolean({ default: false }),
  },
  { additionalProperties: false },
)
export type TimelineQuery = Static<typeof TimelineQuerySchema>

/** One page of a list: `next_cursor` is null on the last one; `count` only where it was asked for. */
export const PageSchema = <T extends TSchema>(item: T) =>
  Type.Object({
    results: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()]),
    count: Type.Optional(Type.Integer({ minimum: 0 })),
  })

/** What a repository hands a route: the rows of one page and the cursor of the next. */
export interface Page<Row> {
  readonly results: Row[]
  readonly next_cursor: string | null
  readonly count?: number
}
