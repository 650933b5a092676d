import { type Static, Type } from '@sinclair/typebox'
import { nullable, UuidSchema } from '@wardstone/contracts'
import { HospitalRoleSchema, InvitationCodeSchema } from '../accounts/schemas.ts'

const strict = { additionalProperties: false }

/** Somebody with an account asks to be let into one more hospital, or was invited. */
export const JoiningSchema = Type.Object(
  {
    hospital_id: Type.Optional(UuidSchema),
    invitation_code: Type.Optional(InvitationCodeSchema),
  },
  { ...strict, description: 'exactly one of `hospital_id` and `invitation_code`' },
)

/** What somebody has become: who asked waits for an administrator of the hospital. */
export const JoinedSchema = Type.Object({
  hospital_id: UuidSchema,
  hospital_name: Type.String(),
  role: HospitalRoleSchema,
  status: Type.Union([Type.Literal('pending'), Type.Literal('active')]),
})
export type Joined = Static<typeof JoinedSchema>

/** The membership to go on as: null for the platform's. */
export const SwitchSchema = Type.Object({ hospital_id: nullable(UuidSchema) }, strict)
