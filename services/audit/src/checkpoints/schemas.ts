import { Type } from '@sinclair/typebox'
import { CursorSchema, PageLimitSchema, PageSchema } from '@wardstone/contracts'

export const CheckpointListQuerySchema = Type.Object(
  { limit: PageLimitSchema, cursor: Type.Optional(CursorSchema) },
  { additionalProperties: false },
)

/** Newest first. Keep them: they prove later that nothing was changed or cut off. */
export const CheckpointPageSchema = Type.Object({
  ...PageSchema(
    Type.Object({
      seq: Type.Integer({ minimum: 1 }),
      note: Type.String({ description: 'a C2SP checkpoint in a signed note' }),
      kid: Type.String({ description: 'the key it is signed with' }),
    }),
  ).properties,
  keys: Type.Array(
    Type.Object({
      kid: Type.String({ description: 'as a note names the key it is signed with, hexadecimal' }),
      verifier_key: Type.String({ description: 'a verifier key of C2SP signed-note' }),
    }),
    { description: 'the keys notes are or were signed with, the present one first' },
  ),
})
