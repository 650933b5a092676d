import { type Static, Type } from '@sinclair/typebox'
import { PasswordSchema } from '../accounts/schemas.ts'

/** A new password, and proof that it is the person who asks. */
export const PasswordChangeSchema = Type.Object(
  { current_password: PasswordSchema, new_password: PasswordSchema },
  { additionalProperties: false },
)
export type PasswordChangeBody = Static<typeof PasswordChangeSchema>
