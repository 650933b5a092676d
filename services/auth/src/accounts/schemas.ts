import { type Static, Type } from '@sinclair/typebox'
import {
  ActingRoleSchema,
  EmailSchema,
  line,
  nullable,
  PhoneSchema,
  RoleSchema,
  UsernameSchema,
  UuidSchema,
} from '@wardstone/contracts'

const strict = { additionalProperties: false }

/** Bounded before it is hashed: at most 128 characters; the shortest is the configuration's. */
export const PasswordSchema = Type.String({ minLength: 1, maxLength: 128 })

/** What somebody can be in a hospital: the platform's role is given nowhere. */
export const HospitalRoleSchema = Type.Union([
  Type.Literal('admin'),
  Type.Literal('doctor'),
  Type.Literal('nurse'),
  Type.Literal('receptionist'),
  Type.Literal('staff'),
])

/** Any text: one that is no code is refused as one that is not known. */
export const InvitationCodeSchema = Type.String({ minLength: 1, maxLength: 128 })

/**
 * Somebody asks to be let into a hospital, or was invited. Only a hospital's first administrator may
 * leave out the names: the invitation has them.
 */
export const RegistrationSchema = Type.Object(
  {
    username: Type.Optional(UsernameSchema),
    email: Type.Optional(EmailSchema),
    password: PasswordSchema,
    first_name: Type.Optional(line(100)),
    last_name: Type.Optional(line(100)),
    phone: Type.Optional(nullable(PhoneSchema)),
    hospital_id: Type.Optional(UuidSchema),
    invitation_code: Type.Optional(InvitationCodeSchema),
  },
  { ...strict, description: 'exactly one of `hospital_id` and `invitation_code`' },
)
export type Registration = Static<typeof RegistrationSchema>

/** A new account: it waits for an administrator of its hospital, unless it was invited. */
export const RegisteredSchema = Type.Object({
  id: UuidSchema,
  username: Type.String(),
  email: Type.String(),
  first_name: Type.String(),
  last_name: Type.String(),
  hospital_id: UuidSchema,
  role: HospitalRoleSchema,
  status: Type.Union([Type.Literal('pending'), Type.Literal('active')]),
})
export type Registered = Static<typeof RegisteredSchema>

/** A person in one of their memberships, with all those they could choose. */
export const UserSchema = Type.Object(
  {
    id: UuidSchema,
    username: Type.String(),
    email: Type.String(),
    first_name: Type.String(),
    last_name: Type.String(),
    phone: nullable(Type.String()),
    role: ActingRoleSchema,
    hospital_id: nullable(UuidSchema),
    hospital_name: nullable(Type.String()),
    memberships: Type.Array(
      Type.Object({
        hospital_id: nullable(UuidSchema),
        hospital_name: nullable(Type.String()),
        role: RoleSchema,
      }),
    ),
    version: Type.Integer(),
  },
  { $id: 'User' },
)
export type User = Static<typeof UserSchema>

/** PATCH: a JSON merge patch (RFC 7396) of one's own account. */
export const ProfilePatchSchema = Type.Object(
  {
    email: Type.Optional(EmailSchema),
    first_name: Type.Optional(line(100)),
    last_name: Type.Optional(line(100)),
    phone: Type.Optional(nullable(PhoneSchema)),
    version: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { ...strict, minProperties: 1 },
)
export type ProfilePatch = Static<typeof ProfilePatchSchema>
