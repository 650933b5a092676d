import { type Static, Type } from '@sinclair/typebox'
import { type BreakGlass, BreakGlassSchema } from './break-glass.ts'
import { nullable, UuidSchema } from './formats.ts'
import { ActingRoleSchema, CallerRoleSchema } from './permissions.ts'

/** `iss` of the identity tokens that the gateway signs. */
export const GATEWAY_ISSUER = 'wardstone-gateway'

/** `iss` of the identity tokens that a service signs itself, to ask another for what it must know. */
export function serviceIssuer<Name extends ServiceName>(name: Name): `wardstone-${Name}` {
  return `wardstone-${name}`
}

/** How long an identity token lives, in seconds. */
export const IDENTITY_TOKEN_SECONDS = 30

/** The services behind the gateway; also the `aud` of their identity tokens. */
export const SERVICE_NAMES = ['auth', 'hospital', 'patient', 'appointment', 'audit'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

const strict = { additionalProperties: false }

/**
 * The access token a client holds (RFC 9068 shape: ES256, `typ: at+jwt`). It stands for exactly one
 * membership, as it was at `membership_version`; a platform administrator's has no hospital, unless
 * `break_glass` opened one.
 */
export const AccessClaimsSchema = Type.Object(
  {
    iss: Type.String({ minLength: 1 }),
    aud: Type.String({ minLength: 1 }),
    sub: UuidSchema,
    sid: UuidSchema,
    jti: UuidSchema,
    iat: Type.Integer(),
    exp: Type.Integer(),
    username: Type.String({ minLength: 1, maxLength: 2048 }),
    role: ActingRoleSchema,
    membership_version: Type.Integer({ minimum: 1 }),
    hospital_id: nullable(UuidSchema),
    hospital_name: nullable(Type.String({ minLength: 1, maxLength: 2048 })),
    break_glass: Type.Optional(BreakGlassSchema),
  },
  strict,
)
export type AccessClaims = Static<typeof AccessClaimsSchema>

const request = {
  iss: Type.Union([
    Type.Literal(GATEWAY_ISSUER),
    ...SERVICE_NAMES.map((name) => Type.Literal(serviceIssuer(name))),
  ]),
  aud: Type.String({ minLength: 1 }),
  iat: Type.Integer(),
  exp: Type.Integer(),
  method: Type.String({ minLength: 1, maxLength: 10 }),
  url: Type.String({ minLength: 1, maxLength: 8192 }),
  request_id: UuidSchema,
  ip: Type.String({ maxLength: 64 }),
  user_agent: nullable(Type.String({ maxLength: 256 })),
}

/**
 * The identity token from the gateway to one service: a JWT (HS256, a key per service, `aud` = the
 * service, at most 30 s) that binds the caller to this method and URL. Services believe only this, and
 * such tokens of the services that may ask them something: those are `system` in one hospital.
 * The user's fields are null for `anonymous` and `system` callers.
 */
export const IdentityClaimsSchema = Type.Object(
  {
    ...request,
    role: CallerRoleSchema,
    sub: nullable(UuidSchema),
    username: nullable(Type.String({ minLength: 1, maxLength: 2048 })),
    sid: nullable(UuidSchema),
    hospital_id: nullable(UuidSchema),
    hospital_name: nullable(Type.String({ minLength: 1, maxLength: 2048 })),
    break_glass: Type.Optional(BreakGlassSchema),
  },
  strict,
)
export type IdentityClaims = Static<typeof IdentityClaimsSchema>

/** Who asks, as the routes of a service see it: the verified claims without the token's own fields. */
export interface Identity {
  readonly role: IdentityClaims['role']
  readonly user_id: string | null
  readonly username: string | null
  readonly session_id: string | null
  readonly hospital_id: string | null
  readonly hospital_name: string | null
  readonly request_id: string
  readonly ip: string
  readonly user_agent: string | null
  /** Only while a glass is broken. */
  readonly break_glass?: BreakGlass
}
