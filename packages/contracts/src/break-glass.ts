import { type Static, Type } from '@sinclair/typebox'
import { nullable, UuidSchema } from './formats.ts'

/**
 * Why the glass is broken: codes of HL7 v3 PurposeOfUse, as in FHIR R4 AuditEvent.purposeOfEvent.
 * ETREAT: emergency treatment; TREAT: treatment; HOPERAT: operation of the hospital, such as support;
 * PATRQT: the patient asked; HLEGAL: law.
 */
export const ReasonCodeSchema = Type.Union([
  Type.Literal('ETREAT'),
  Type.Literal('TREAT'),
  Type.Literal('HOPERAT'),
  Type.Literal('PATRQT'),
  Type.Literal('HLEGAL'),
])
export type ReasonCode = Static<typeof ReasonCodeSchema>

/** The longest that a glass stays broken, in minutes. */
export const BREAK_GLASS_MINUTES = 60

/** What a token says of a broken glass: `patient_id` is null when a whole hospital is open. */
export const BreakGlassSchema = Type.Object(
  { id: UuidSchema, reason_code: ReasonCodeSchema, patient_id: nullable(UuidSchema) },
  { additionalProperties: false },
)
export type BreakGlass = Static<typeof BreakGlassSchema>
