import { type Static, Type } from '@sinclair/typebox'
import { EmailSchema, line, UsernameSchema } from './formats.ts'

/** Whom the platform invites as the first administrator of a hospital: what the person may leave out when registering. */
export const FirstAdminSchema = Type.Object(
  {
    username: UsernameSchema,
    email: EmailSchema,
    first_name: line(100),
    last_name: line(100),
  },
  { additionalProperties: false },
)
export type FirstAdmin = Static<typeof FirstAdminSchema>
