import { type Static, Type } from '@sinclair/typebox'

/** An error answer (RFC 9457, `application/problem+json`) with our stable `code`. 5xx never say why. */
export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'about:blank: `code` is what a program looks at' }),
    title: Type.String(),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String(),
    code: Type.String({ description: 'a stable word, such as `not_found`' }),
    request_id: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'JSON Pointer (RFC 6901) to the field' }),
          message: Type.String(),
          row: Type.Optional(Type.Integer({ description: 'of a file, the first is 1' })),
          column: Type.Optional(Type.String({ description: 'of a file' })),
        }),
      ),
    ),
  },
  { $id: 'Problem', additionalProperties: true },
)
export type Problem = Static<typeof ProblemSchema>

/** The media type of a problem (RFC 9457 §3). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** What a client is told that names a hospital not its own. Clients look for these words: keep them. */
export const HOSPITAL_MISMATCH_DETAIL =
  'Access denied: You can only access data from your assigned hospital'

/** What a caller without a hospital is told on a hospital's route. Clients look for these words: keep them. */
export const NO_HOSPITAL_CONTEXT_DETAIL = 'No hospital context found'
