import { type Static, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  EmailSchema,
  FirstAdminSchema,
  InstantSchema,
  LanguageSchema,
  line,
  PageLimitSchema,
  PageSchema,
  PhoneSchema,
  UuidSchema,
} from '@wardstone/contracts'

const strict = { additionalProperties: false }
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])
const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(nullable(schema))

const PlanSchema = Type.Union([
  Type.Literal('basic'),
  Type.Literal('premium'),
  Type.Literal('enterprise'),
])

/** Words of lower case letters and digits, as in `city_general_hospital`. */
const SlugSchema = Type.String({ maxLength: 100, pattern: '^[a-z0-9]+(_[a-z0-9]+)*$' })

/** A name of the IANA time zone database, as far as its shape goes. */
const TimeZoneSchema = Type.String({
  maxLength: 64,
  pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$',
})

/** What a hospital's own admins may change. */
const own = {
  address: optional(line(1000)),
  phone: optional(PhoneSchema),
  email: optional(EmailSchema),
  is_listed: Type.Optional(Type.Boolean()),
  time_zone: Type.Optional(TimeZoneSchema),
  locale: Type.Optional(LanguageSchema),
}
const ofPlatform = {
  slug: Type.Optional(SlugSchema),
  subscription_plan: Type.Optional(PlanSchema),
  is_active: Type.Optional(Type.Boolean()),
}

/** A new hospital and whom to invite to it; its slug is made from the name unless given. */
export const HospitalCreationSchema = Type.Object(
  { name: line(255), ...own, ...ofPlatform, admin: FirstAdminSchema },
  strict,
)
export type HospitalCreationBody = Static<typeof HospitalCreationSchema>

/** PATCH: a JSON merge patch (RFC 7396); `version` says the same as `If-Match`. */
export const HospitalPatchSchema = Type.Object(
  {
    name: Type.Optional(line(255)),
    ...own,
    ...ofPlatform,
    version: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { ...strict, minProperties: 1 },
)
export type HospitalPatch = Omit<Static<typeof HospitalPatchSchema>, 'version'>

/** The fields that only a platform administrator changes. */
export const PLATFORM_FIELDS = [
  'name',
  ...(Object.keys(ofPlatform) as (keyof typeof ofPlatform)[]),
] as const

/** A hospital, as the wire and the rows have it. */
export const HospitalSchema = Type.Object(
  {
    id: UuidSchema,
    slug: Type.String(),
    name: Type.String(),
    address: nullable(Type.String()),
    phone: nullable(Type.String()),
    email: nullable(Type.String()),
    subscription_plan: PlanSchema,
    is_active: Type.Boolean(),
    is_listed: Type.Boolean(),
    time_zone: Type.String(),
    locale: Type.String(),
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
  },
  { $id: 'Hospital' },
)
export type Hospital = Static<typeof HospitalSchema>

/** A hospital that was just created. */
export const CreatedHospitalSchema = Type.Object(
  {
    ...HospitalSchema.properties,
    invitation_code: Type.String({
      description: 'lets the first administrator register; shown here only, good for 72 hours',
    }),
  },
  { $id: 'CreatedHospital' },
)
export type CreatedHospital = Static<typeof CreatedHospitalSchema>

/** What anybody may know of a hospital: enough to choose it when registering. */
const ListedHospitalSchema = Type.Object(
  { id: UuidSchema, slug: Type.String(), name: Type.String() },
  { $id: 'ListedHospital' },
)
export type ListedHospital = Static<typeof ListedHospitalSchema>
export const ListedHospitalPageSchema = PageSchema(ListedHospitalSchema)

export const HospitalParamsSchema = Type.Object({ id: UuidSchema }, strict)
export const HospitalListQuerySchema = Type.Object(
  {
    limit: PageLimitSchema,
    cursor: Type.Optional(CursorSchema),
    count: Type.Boolean({ default: false }),
  },
  strict,
)
