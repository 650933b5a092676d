import { type Static, Type } from '@sinclair/typebox'
import {
  CursorSchema,
  InstantSchema,
  nullable,
  PageLimitSchema,
  PageSchema,
  RoleSchema,
  UuidSchema,
} from '@wardstone/contracts'
import { HospitalRoleSchema } from '../accounts/schemas.ts'

const strict = { additionalProperties: false }

const StatusSchema = Type.Union([
  Type.Literal('pending'),
  Type.Literal('active'),
  Type.Literal('disabled'),
])

/** A person as a member of the caller's hospital; `version` and the instants are the membership's. */
export const MemberSchema = Type.Object(
  {
    id: UuidSchema,
    username: Type.String(),
    email: Type.String(),
    first_name: Type.String(),
    last_name: Type.String(),
    phone: nullable(Type.String()),
    role: RoleSchema,
    status: StatusSchema,
    hospital_id: UuidSchema,
    created_at: InstantSchema,
    updated_at: InstantSchema,
    version: Type.Integer(),
  },
  { $id: 'Member' },
)
export type Member = Static<typeof MemberSchema>

export const MemberPageSchema = PageSchema(MemberSchema)
export const MemberParamsSchema = Type.Object({ id: UuidSchema }, strict)

/** What a list is sorted by; `-` for descending. */
const ORDERINGS = ['created_at', '-created_at', 'username', '-username'] as const

export const MemberListQuerySchema = Type.Object(
  {
    status: Type.Optional(StatusSchema),
    role: Type.Optional(HospitalRoleSchema),
    search: Type.Optional(
      Type.String({
        minLength: 2,
        maxLength: 100,
        pattern: '\\S.*\\S',
        description: 'parts of names, username and e-mail address, in any order',
      }),
    ),
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
export type MemberListQuery = Static<typeof MemberListQuerySchema>

/** PATCH: what a member may do, and whether. `version` says the same as `If-Match`. */
export const MemberPatchSchema = Type.Object(
  {
    role: Type.Optional(HospitalRoleSchema),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('disabled')])),
    version: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { ...strict, minProperties: 1 },
)

/** What is to become of a member, at the version that the caller saw; undefined for any. */
export type MemberChange = Omit<Static<typeof MemberPatchSchema>, 'version'> & {
  version: number | undefined
}
