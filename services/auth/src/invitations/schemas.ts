import { type Static, Type } from '@sinclair/typebox'
import {
  EmailSchema,
  FirstAdminSchema,
  InstantSchema,
  PageSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { HospitalRoleSchema } from '../accounts/schemas.ts'

const strict = { additionalProperties: false }

/** Whom to invite into the caller's hospital, and as what. */
export const NewInvitationSchema = Type.Object(
  { email: EmailSchema, role: HospitalRoleSchema },
  strict,
)

export type NewInvitation = Static<typeof NewInvitationSchema>

/** Whom the platform invites into a hospital that has no administrator. */
export const NewFirstAdminInvitationSchema = Type.Object(
  { hospital_id: UuidSchema, admin: FirstAdminSchema },
  strict,
)

/** A new invitation. Its code is shown to the inviter alone, once or again to the same `Idempotency-Key`. */
export const InvitedSchema = Type.Object({
  id: UuidSchema,
  code: Type.String({ description: 'for `invitation_code` when registering; good once' }),
  email: Type.String(),
  role: HospitalRoleSchema,
  expires_at: InstantSchema,
})

export type Invited = Static<typeof InvitedSchema>

/** An invitation that is open: neither accepted nor withdrawn, and not yet over. */
export const InvitationSchema = Type.Object(
  {
    id: UuidSchema,
    email: Type.String(),
    role: HospitalRoleSchema,
    invited_by: UuidSchema,
    created_at: InstantSchema,
    expires_at: InstantSchema,
  },
  { $id: 'Invitation' },
)
export type Invitation = Static<typeof InvitationSchema>

export const InvitationPageSchema = PageSchema(InvitationSchema)
export const InvitationParamsSchema = Type.Object({ id: UuidSchema }, strict)
