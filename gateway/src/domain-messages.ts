import type { Static, TSchema } from '@sinclair/typebox'
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler'
import { DOMAIN_EVENTS, RevocationsSchema, SuspensionsSchema } from '@wardstone/contracts'

/** Makes a check that returns the value with its type, or throws without repeating what it was given. */
function parserOf<T extends TSchema>(name: string, schema: T): (value: unknown) => Static<T> {
  const check: TypeCheck<T> = TypeCompiler.Compile(schema)
  return (value) => {
    if (check.Check(value)) return value
    throw new Error(`${name} is wrong at ${check.Errors(value).First()?.path ?? '/'}.`)
  }
}

export const parseSessionRevoked = parserOf('session.revoked', DOMAIN_EVENTS['session.revoked'])
export const parseMembershipChanged = parserOf(
  'membership.changed',
  DOMAIN_EVENTS['membership.changed'],
)
export const parseHospitalEvent = parserOf('a hospital event', DOMAIN_EVENTS['hospital.updated'])
export const parseRevocations = parserOf('The list of revocations', RevocationsSchema)
export const parseSuspensions = parserOf('The list of suspensions', SuspensionsSchema)
