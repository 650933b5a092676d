import { type Static, Type } from '@sinclair/typebox'
import { InstantSchema, line, nullable, PageSchema, UuidSchema } from '@wardstone/contracts'
import { expectedVersion, optional, ordering, paging, search, strict } from '../records/schemas.ts'

const required = { name: line(200), code: line(32) }
const more = {
  description: optional(line(2000)),
  head_doctor_id: optional(UuidSchema),
  is_active: Type.Optional(Type.Boolean()),
}

/** A new department. */
export const NewDepartmentSchema = Type.Object({ ...required, ...more }, strict)
export type NewDepartment = Static<typeof NewDepartmentSchema>

/** PUT: every editable field; what is absent is emptied, but whether it is active is only changed by saying so. */
export const DepartmentReplacementSchema = Type.Object(
  { ...required, ...more, ...expectedVersion },
  strict,
)

/** PATCH: a JSON merge patch (RFC 7396) of the editable fields. */
export const DepartmentPatchSchema = Type.Object(
  { ...Type.Partial(Type.Object(required)).properties, ...more, ...expectedVersion },
  { ...strict, minProperties: 1 },
)
export type DepartmentPatch = Omit<Static<typeof DepartmentPatchSchema>, 'version'>

/** A department, as the wire and the rows have it. */
export const DepartmentSchema = Type.Object(
  {
    id: UuidSchema,
    name: Type.String(),
    code: Type.String({ description: 'unique in the hospital, whatever its case' }),
    description: nullable(Type.String()),
    head_doctor_id: nullable(UuidSchema),
    is_active: Type.Boolean(),
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
  },
  { $id: 'Department' },
)
export type Department = Static<typeof DepartmentSchema>

export const DepartmentPageSchema = PageSchema(DepartmentSchema)

export const DepartmentListQuerySchema = Type.Object(
  {
    is_active: Type.Optional(Type.Boolean()),
    head_doctor_id: Type.Optional(UuidSchema),
    ordering,
    ...paging,
  },
  strict,
)
export type DepartmentListQuery = Static<typeof DepartmentListQuerySchema>

export const DepartmentSearchSchema = Type.Object(search, strict)
export type DepartmentSearch = Static<typeof DepartmentSearchSchema>

export const DepartmentStatsSchema = Type.Object({
  total: Type.Integer(),
  active: Type.Integer(),
  inactive: Type.Integer(),
})
export type DepartmentStats = Static<typeof DepartmentStatsSchema>
