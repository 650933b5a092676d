import { type Static, type TLiteral, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  DateSchema,
  EmailSchema,
  InstantSchema,
  LanguageSchema,
  line,
  nullable,
  PageLimitSchema,
  PageSchema,
  PhoneSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { AllergySchema, AllergyStatusSchema, clinicalFields } from './clinical.ts'
import { IdentifierSchema } from './identifiers.ts'

const strict = { additionalProperties: false }
const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(nullable(schema))
const words = <T extends string[]>(...values: [...T]) =>
  Type.Union(
    values.map((value) => Type.Literal(value)) as { [K in keyof T]: TLiteral<T[K] & string> },
  )

/** FHIR R4 AdministrativeGender. */
export const GENDERS = ['male', 'female', 'other', 'unknown'] as const
/** ABO and Rh, as one word. */
export const BLOOD_GROUPS = ['A+', 'A-', 'B+', 'B-', 'AB+', 'AB-', 'O+', 'O-'] as const

const GenderSchema = words(...GENDERS)
const BloodGroupSchema = words(...BLOOD_GROUPS)

const EmergencyContactSchema = Type.Object(
  {
    name: line(200),
    relationship: optional(line(100)),
    phone: PhoneSchema,
  },
  strict,
)

const editable = {
  first_name: line(100),
  last_name: line(100),
  date_of_birth: DateSchema,
}
const editableOptional = {
  middle_name: optional(line(100)),
  date_of_birth_estimated: Type.Optional(Type.Boolean()),
  gender: Type.Optional(GenderSchema),
  blood_group: optional(BloodGroupSchema),
  phone: optional(PhoneSchema),
  email: optional(EmailSchema),
  address: optional(line(1000)),
  emergency_contact: optional(EmergencyContactSchema),
  national_id: optional(line(64)),
  identifiers: Type.Optional(Type.Array(IdentifierSchema, { maxItems: 20 })),
  preferred_language: optional(LanguageSchema),
  ...clinicalFields,
  is_restricted: Type.Optional(Type.Boolean()),
}

/** `version` in a body says the same as `If-Match`. */
const expectedVersion = { version: Type.Optional(Type.Integer({ minimum: 1 })) }

/** A person with a name and a date of birth. */
const PatientBodySchema = Type.Object({ ...editable, ...editableOptional }, strict)
export type PatientBody = Static<typeof PatientBodySchema>

const OLDEST_ESTIMATE = 120

/** A new patient: named, or unknown; born on a date, or about so many years ago. */
export const NewPatientSchema = Type.Object(
  {
    ...Type.Partial(Type.Object(editable)).properties,
    ...editableOptional,
    estimated_age: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: OLDEST_ESTIMATE,
        description:
          'years, instead of a date of birth: the first of January of that year, estimated',
      }),
    ),
    is_unknown: Type.Optional(
      Type.Boolean({ description: 'nobody knows who it is: named `Unknown Male 3` for now' }),
    ),
    confirm_duplicate: Type.Optional(
      Type.Boolean({ description: 'it is nobody of the candidates that were shown' }),
    ),
  },
  strict,
)
export type NewPatient = Static<typeof NewPatientSchema>

/** PUT: every editable field; what is absent is emptied, but a restriction is only lifted by saying so. */
export const PatientReplacementSchema = Type.Object(
  { ...PatientBodySchema.properties, ...expectedVersion },
  strict,
)

/** PATCH: a JSON merge patch (RFC 7396) of the editable fields. */
export const PatientPatchSchema = Type.Object(
  {
    ...Type.Partial(Type.Object(editable)).properties,
    ...editableOptional,
    emergency_contact: optional(Type.Partial(EmergencyContactSchema, strict)),
    ...expectedVersion,
  },
  { ...strict, minProperties: 1 },
)
export type PatientPatch = Static<typeof PatientPatchSchema>

/** A patient, as the wire and the rows have it. The clinical part is there only for who may read it. */
export const PatientSchema = Type.Object(
  {
    id: UuidSchema,
    mrn: Type.String({
      description: 'medical record number: unique in the hospital, never reused',
    }),
    first_name: Type.String(),
    last_name: Type.String(),
    middle_name: nullable(Type.String()),
    date_of_birth: DateSchema,
    date_of_birth_estimated: Type.Boolean(),
    gender: GenderSchema,
    blood_group: nullable(BloodGroupSchema),
    phone: nullable(Type.String()),
    email: nullable(Type.String()),
    address: nullable(Type.String()),
    emergency_contact: nullable(
      Type.Object({
        name: Type.String(),
        relationship: Type.Optional(nullable(Type.String())),
        phone: Type.String(),
      }),
    ),
    national_id: nullable(Type.String()),
    identifiers: nullable(Type.Array(IdentifierSchema)),
    preferred_language: nullable(Type.String()),
    medical_history: Type.Optional(nullable(Type.String())),
    allergies: Type.Optional(nullable(Type.Array(AllergySchema))),
    allergy_status: Type.Optional(nullable(AllergyStatusSchema)),
    is_active: Type.Boolean(),
    is_unknown: Type.Boolean({ description: 'registered without a name, and not named since' }),
    is_restricted: Type.Boolean({
      description:
        'the record is for few: others see no contact and no clinical part, unless they break the glass',
    }),
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
    hospital: Type.Object({ id: UuidSchema, name: Type.String() }),
  },
  { $id: 'Patient' },
)
export type Patient = Static<typeof PatientSchema>

export const PatientPageSchema = PageSchema(PatientSchema)
export const PatientParamsSchema = Type.Object({ id: UuidSchema }, strict)

/** What a list is sorted by; `-` for descending. */
const ORDERINGS = [
  'created_at',
  '-created_at',
  'name',
  '-name',
  'date_of_birth',
  '-date_of_birth',
] as const

export const PatientListQuerySchema = Type.Object(
  {
    gender: Type.Optional(GenderSchema),
    blood_group: Type.Optional(BloodGroupSchema),
    is_active: Type.Optional(Type.Boolean()),
    created_after: Type.Optional(InstantSchema),
    created_before: Type.Optional(InstantSchema),
    ordering: Type.Union(
      ORDERINGS.map((ordering) => Type.Literal(ordering)),
      { default: '-created_at' },
    ),
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
    count: Type.Boolean({ default: false }),
  },
  strict,
)
export type PatientListQuery = Static<typeof PatientListQuerySchema>

const search = {
  q: Type.String({ minLength: 2, maxLength: 200, pattern: '\\S.*\\S' }),
  is_active: Type.Boolean({ default: true }),
  limit: PageLimitSchema,
  cursor: Type.Optional(CursorSchema),
}
export const PatientSearchSchema = Type.Object(search, strict)
export type PatientSearch = Static<typeof PatientSearchSchema>

const counts = (...names: string[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, Type.Integer()])))

/** Age groups in whole years. */
export const AGE_GROUPS = ['0-17', '18-34', '35-49', '50-64', '65+'] as const

export const PatientStatsSchema = Type.Object({
  total: Type.Integer(),
  active: Type.Integer(),
  inactive: Type.Integer(),
  by_gender: counts(...GENDERS),
  by_blood_group: counts(...BLOOD_GROUPS, 'unknown'),
  by_age_group: counts(...AGE_GROUPS),
  registered_last_30_days: Type.Integer(),
  registered_by_month: Type.Array(
    Type.Object({ month: Type.String({ pattern: '^\\d{4}-\\d{2}$' }), count: Type.Integer() }),
    { minItems: 12, maxItems: 12, description: 'oldest first, this month last' },
  ),
})
export type PatientStats = Static<typeof PatientStatsSchema>

/** A request that has nothing to say: no body, or an empty object. */
export const NoBodySchema = Type.Union([Type.Null(), Type.Object({}, strict)])
