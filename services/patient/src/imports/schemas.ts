import { type Static, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  InstantSchema,
  nullable,
  PageLimitSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'

const strict = { additionalProperties: false }

/** An import as others of its hospital see it: ids and numbers, nothing of a patient. Its states are FHIR's (Task.status). */
export const ImportTaskSchema = Type.Object(
  {
    id: UuidSchema,
    requested_by: UuidSchema,
    dry_run: Type.Boolean(),
    status: Type.Union([
      Type.Literal('in-progress'),
      Type.Literal('completed'),
      Type.Literal('failed'),
    ]),
    reason: nullable(
      Type.String({
        description:
          'why it failed: the code of the problem that was answered, or `interrupted`: nothing was heard of it for a minute',
      }),
    ),
    stage: Type.Union(
      [
        Type.Literal('checking'),
        Type.Literal('comparing'),
        Type.Literal('indexing'),
        Type.Literal('storing'),
      ],
      { description: 'where it is, or ended; in this order' },
    ),
    rows: Type.Integer({ description: 'of the file; 0 until it is read' }),
    rows_done: Type.Integer({ description: 'of the stage' }),
    errors: Type.Integer({ description: 'found so far' }),
    created: Type.Integer({ description: 'patients stored: all, and only when it is completed' }),
    started_at: InstantSchema,
    finished_at: nullable(InstantSchema),
  },
  { $id: 'Import' },
)
export type ImportTask = Static<typeof ImportTaskSchema>

export const ImportTaskPageSchema = PageSchema(ImportTaskSchema)
export const ImportTaskParamsSchema = Type.Object({ id: UuidSchema }, strict)

export const ImportTaskQuerySchema = Type.Object(
  { limit: PageLimitSchema, cursor: Type.Optional(CursorSchema) },
  strict,
)
