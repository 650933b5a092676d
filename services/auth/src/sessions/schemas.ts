import { type Static, Type } from '@sinclair/typebox'
import { InstantSchema, nullable, PageSchema, UuidSchema } from '@wardstone/contracts'
import { PasswordSchema, UserSchema } from '../accounts/schemas.ts'
import { OpenGlassSchema } from '../break-glass/schemas.ts'

const strict = { additionalProperties: false }

export const LoginSchema = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 150 }),
    password: PasswordSchema,
    hospital_id: Type.Optional(UuidSchema),
  },
  strict,
)
export type Login = Static<typeof LoginSchema>

/** Any text: one that is not a token is refused as one that is not known. */
export const RefreshSchema = Type.Object(
  { refresh_token: Type.String({ minLength: 1, maxLength: 512 }) },
  strict,
)

/** A request that has nothing to say: no body, or an empty object. */
export const NoBodySchema = Type.Union([Type.Null(), Type.Object({}, strict)])

/** What signing in and refreshing give (RFC 6749 §5.1, with the person). */
export const SignedInSchema = Type.Object({
  access_token: Type.String(),
  refresh_token: Type.String(),
  token_type: Type.Literal('Bearer'),
  expires_in: Type.Integer({ description: 'seconds until the access token is over' }),
  user: UserSchema,
  break_glass: Type.Optional(OpenGlassSchema),
})
export type SignedIn = Static<typeof SignedInSchema>

/** An open session of one's own: the device, its address, and for which hospital it was opened. */
const SessionSchema = Type.Object({
  id: UuidSchema,
  user_agent: nullable(Type.String()),
  ip: Type.String(),
  created_at: InstantSchema,
  last_used_at: InstantSchema,
  expires_at: InstantSchema,
  current: Type.Boolean({ description: 'the one that asks' }),
  hospital_id: nullable(UuidSchema),
  hospital_name: nullable(Type.String()),
})

export const SessionPageSchema = PageSchema(SessionSchema)

export const SessionParamsSchema = Type.Object({ id: UuidSchema }, strict)
