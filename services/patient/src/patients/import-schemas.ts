import { type Static, Type } from '@sinclair/typebox'
import { UuidSchema } from '@wardstone/contracts'
import { CandidateSchema } from './duplicates.ts'
import { NewPatientSchema } from './schemas.ts'

const strict = { additionalProperties: false }

/** The largest body of an import; every other route takes 64 KB. */
export const IMPORT_LIMIT = 16 * 1024 * 1024
export const MOST_ROWS = 20_000

/** A file of patients, as it is. */
export const ImportSchema = Type.Object(
  {
    format: Type.Union([Type.Literal('csv'), Type.Literal('ndjson')]),
    content: Type.String({ minLength: 1, maxLength: IMPORT_LIMIT }),
    dry_run: Type.Optional(Type.Boolean({ description: 'true: only says what would come of it' })),
    confirm_duplicates: Type.Optional(
      Type.Boolean({ description: 'they are nobody who is registered, nor each other' }),
    ),
  },
  strict,
)
export type Import = Static<typeof ImportSchema>

const { is_unknown: _, confirm_duplicate: __, ...fields } = NewPatientSchema.properties

/** One row: a new patient who has a name. */
export const ImportRowSchema = Type.Object(fields, strict)
export type ImportRow = Static<typeof ImportRowSchema>

const RowErrorSchema = Type.Object({
  row: Type.Integer({ minimum: 1, description: '1 is the first patient' }),
  column: Type.String(),
  message: Type.String(),
})
export type RowError = Static<typeof RowErrorSchema>

const RowDuplicatesSchema = Type.Object({
  row: Type.Integer({ minimum: 1 }),
  candidates: Type.Array(CandidateSchema),
  rows: Type.Array(Type.Integer(), { description: 'rows before it that may be the same person' }),
})
export type RowDuplicates = Static<typeof RowDuplicatesSchema>

/** What came, or would come, of an import. */
export const ImportReportSchema = Type.Object({
  import_id: Type.Optional(UuidSchema),
  rows: Type.Integer(),
  valid: Type.Integer(),
  errors: Type.Array(RowErrorSchema),
  duplicates: Type.Array(RowDuplicatesSchema),
  would_create: Type.Integer(),
  created: Type.Integer(),
})
export type ImportReport = Static<typeof ImportReportSchema>
