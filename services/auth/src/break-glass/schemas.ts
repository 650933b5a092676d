import { type Static, Type } from '@sinclair/typebox'
import {
  BREAK_GLASS_MINUTES,
  BreakGlassSchema,
  InstantSchema,
  nullable,
  PageSchema,
  ReasonCodeSchema,
  RoleSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { PasswordSchema } from '../accounts/schemas.ts'

const strict = { additionalProperties: false }

/** A platform administrator names a hospital, a member a patient of theirs. */
export const OpeningSchema = Type.Object(
  {
    password: PasswordSchema,
    reason_code: ReasonCodeSchema,
    reason_text: Type.String({
      minLength: 10,
      maxLength: 500,
      pattern: '\\S[\\s\\S]{8,}\\S',
      description: 'for the administrators of the hospital; in no event and no log',
    }),
    minutes: Type.Integer({
      minimum: 1,
      maximum: BREAK_GLASS_MINUTES,
      default: BREAK_GLASS_MINUTES,
    }),
    hospital_id: Type.Optional(UuidSchema),
    patient_id: Type.Optional(UuidSchema),
  },
  strict,
)
export type Opening = Static<typeof OpeningSchema>

/** What signing in under a broken glass says beside the tokens. */
export const OpenGlassSchema = Type.Object({
  ...BreakGlassSchema.properties,
  hospital_id: UuidSchema,
  expires_at: InstantSchema,
})

/** A line of the report for the hospital's administrators. */
const GlassReportSchema = Type.Object({
  id: UuidSchema,
  opened_by: Type.Object({ id: UuidSchema, username: Type.String(), role: RoleSchema }),
  reason_code: ReasonCodeSchema,
  reason_text: Type.String(),
  patient_id: nullable(UuidSchema),
  created_at: InstantSchema,
  expires_at: InstantSchema,
  ended_at: nullable(InstantSchema),
})
export type GlassReport = Static<typeof GlassReportSchema>

export const GlassPageSchema = PageSchema(GlassReportSchema)
