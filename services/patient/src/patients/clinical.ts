import { type Static, Type } from '@sinclair/typebox'
import { line, nullable } from '@wardstone/contracts'

const strict = { additionalProperties: false }

/** What a patient reacts to (the value sets of FHIR R4 AllergyIntolerance). */
export const AllergySchema = Type.Object(
  {
    substance: line(200),
    category: Type.Union([
      Type.Literal('food'),
      Type.Literal('medication'),
      Type.Literal('environment'),
      Type.Literal('biologic'),
    ]),
    criticality: Type.Union([
      Type.Literal('low'),
      Type.Literal('high'),
      Type.Literal('unable-to-assess'),
    ]),
    reaction: Type.Optional(nullable(line(500))),
    status: Type.Union([
      Type.Literal('active'),
      Type.Literal('inactive'),
      Type.Literal('resolved'),
    ]),
  },
  strict,
)
export type Allergy = Static<typeof AllergySchema>

/** Whether somebody has asked: no list is not the same as no allergies. */
export const AllergyStatusSchema = Type.Union([
  Type.Literal('unknown'),
  Type.Literal('none_known'),
  Type.Literal('listed'),
])
type AllergyStatus = Static<typeof AllergyStatusSchema>

/** What needs `patient.clinical.read` and `patient.clinical.write`. */
export const clinicalFields = {
  medical_history: Type.Optional(nullable(Type.String({ maxLength: 20_000 }))),
  allergies: Type.Optional(Type.Array(AllergySchema, { maxItems: 100 })),
  allergy_status: Type.Optional(AllergyStatusSchema),
}

/** The columns of the clinical part. */
export const CLINICAL = ['medical_history', 'allergies', 'allergy_status'] as const

interface Allergies {
  allergies: Allergy[]
  allergy_status: AllergyStatus
}

/** The status that goes with a list when nobody has said one. */
export function allergyStatus(allergies: readonly Allergy[]): AllergyStatus {
  return allergies.length > 0 ? 'listed' : 'unknown'
}

/** What is wrong with a status beside a list. */
export function allergyFault({ allergies, allergy_status }: Allergies): string | undefined {
  if (allergies.length > 0 && allergy_status !== 'listed')
    return 'must be listed while there are allergies'
  if (allergies.length === 0 && allergy_status === 'listed')
    return 'must be unknown or none_known while there are no allergies'
  return undefined
}
