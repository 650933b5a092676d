import { type Static, type TLiteral, Type } from '@sinclair/typebox'
import {
  AvailableTimeSchema,
  EmailSchema,
  InstantSchema,
  line,
  nullable,
  PageSchema,
  PhoneSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { expectedVersion, optional, ordering, paging, search, strict } from '../records/schemas.ts'
import { CURRENCIES } from './currencies.ts'

const words = <T extends string[]>(...values: [...T]) =>
  Type.Union(
    values.map((value) => Type.Literal(value)) as { [K in keyof T]: TLiteral<T[K] & string> },
  )

/** What a doctor is a specialist of. */
export const SPECIALIZATIONS = [
  'cardiology',
  'neurology',
  'orthopedics',
  'pediatrics',
  'dermatology',
  'psychiatry',
  'surgery',
  'emergency',
  'internal_medicine',
  'radiology',
  'oncology',
  'gynecology',
  'ophthalmology',
  'ent',
  'general',
] as const
const SpecializationSchema = words(...SPECIALIZATIONS)

const FeeSchema = Type.Object(
  {
    amount_minor: Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000_000,
      description: 'in the smallest unit of the currency, such as cents',
    }),
    currency: Type.Unsafe<string>({ type: 'string', enum: CURRENCIES, description: 'ISO 4217' }),
  },
  strict,
)
export type Fee = Static<typeof FeeSchema>

const required = {
  first_name: line(100),
  last_name: line(100),
  specialization: SpecializationSchema,
  license_number: line(50),
}
const more = {
  department_id: optional(UuidSchema),
  user_id: optional(UuidSchema),
  experience_years: Type.Optional(Type.Integer({ minimum: 0, maximum: 80 })),
  phone: optional(PhoneSchema),
  email: optional(EmailSchema),
  education: optional(line(2000)),
  bio: optional(line(5000)),
  consultation_fee: optional(FeeSchema),
  is_available: Type.Optional(Type.Boolean()),
  is_active: Type.Optional(Type.Boolean()),
}

/** A new doctor. */
export const NewDoctorSchema = Type.Object({ ...required, ...more }, strict)
export type NewDoctor = Static<typeof NewDoctorSchema>

/** PUT: every editable field; what is absent is emptied, but whether they are active is only changed by saying so. */
export const DoctorReplacementSchema = Type.Object(
  { ...required, ...more, ...expectedVersion },
  strict,
)

/** PATCH: a JSON merge patch (RFC 7396) of the editable fields. */
export const DoctorPatchSchema = Type.Object(
  {
    ...Type.Partial(Type.Object(required)).properties,
    ...more,
    consultation_fee: optional(Type.Partial(FeeSchema, strict)),
    ...expectedVersion,
  },
  { ...strict, minProperties: 1 },
)
export type DoctorPatch = Omit<Static<typeof DoctorPatchSchema>, 'version'>

/** A doctor, as the wire and the rows have them. */
export const DoctorSchema = Type.Object(
  {
    id: UuidSchema,
    first_name: Type.String(),
    last_name: Type.String(),
    specialization: SpecializationSchema,
    license_number: Type.String({ description: 'unique in the hospital, whatever its case' }),
    department_id: nullable(UuidSchema),
    user_id: nullable(UuidSchema),
    experience_years: Type.Integer(),
    phone: nullable(Type.String()),
    email: nullable(Type.String()),
    education: nullable(Type.String()),
    bio: nullable(Type.String()),
    consultation_fee: nullable(
      Type.Object({ amount_minor: Type.Integer(), currency: Type.String() }),
    ),
    is_available: Type.Boolean({ description: 'false: takes no new appointments' }),
    is_active: Type.Boolean(),
    slot_minutes: Type.Integer(),
    available_times: Type.Array(AvailableTimeSchema, {
      description: 'changed at `/availability`, as `slot_minutes` is',
    }),
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
  },
  { $id: 'Doctor' },
)
export type Doctor = Static<typeof DoctorSchema>

export const DoctorPageSchema = PageSchema(DoctorSchema)

export const DoctorListQuerySchema = Type.Object(
  {
    specialization: Type.Optional(SpecializationSchema),
    department_id: Type.Optional(UuidSchema),
    user_id: Type.Optional(UuidSchema),
    is_available: Type.Optional(Type.Boolean()),
    is_active: Type.Optional(Type.Boolean()),
    ordering,
    ...paging,
  },
  strict,
)
export type DoctorListQuery = Static<typeof DoctorListQuerySchema>

export const DoctorSearchSchema = Type.Object(search, strict)
export type DoctorSearch = Static<typeof DoctorSearchSchema>

export const DoctorStatsSchema = Type.Object({
  total: Type.Integer(),
  active: Type.Integer(),
  inactive: Type.Integer(),
  available: Type.Integer({ description: 'active ones who take appointments' }),
  by_specialization: Type.Object(
    Object.fromEntries(SPECIALIZATIONS.map((each) => [each, Type.Integer()])),
  ),
  by_department: Type.Array(
    Type.Object({
      department_id: nullable(UuidSchema),
      name: nullable(Type.String()),
      count: Type.Integer(),
    }),
    { description: 'those who have doctors, by name; null for doctors of none' },
  ),
})
export type DoctorStats = Static<typeof DoctorStatsSchema>
