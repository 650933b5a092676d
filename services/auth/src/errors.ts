import { HOSPITAL_MISMATCH_DETAIL } from '@wardstone/contracts'
import { problem } from '@wardstone/service'

const BEARER = { 'www-authenticate': 'Bearer' }

/** Unknown user, wrong password, not a member of the hospital asked for: all the same bytes. */
export const invalidCredentials = () =>
  problem(401, 'invalid_credentials', 'Username or password is wrong', {}, BEARER)

/** A refresh token that is unknown, spent or over, or a caller whose account is no more. */
export const unauthenticated = () => problem(401, 'unauthenticated', 'Sign in first', {}, BEARER)

/** Why the right password does not open the door. */
export const REFUSALS = {
  account_pending: () =>
    problem(
      403,
      'account_pending',
      'An administrator of the hospital has yet to approve the account',
    ),
  account_disabled: () => problem(403, 'account_disabled', 'The account is disabled'),
  hospital_suspended: () => problem(403, 'hospital_suspended', 'The hospital is suspended'),
} as const
export type Refusal = keyof typeof REFUSALS

/** The same bytes for what is not there and for another hospital's. */
export const notFound = () => problem(404, 'not_found', 'Not found')

const invalidField = (pointer: string, message: string) =>
  problem(400, 'validation_failed', 'Some fields are not valid', { errors: [{ pointer, message }] })

/** A hospital that is unknown, suspended or not listed: which of them is nobody's business. */
export const closedHospital = () =>
  invalidField('/hospital_id', 'is not a hospital that takes registrations')

/** A code that is unknown, used, withdrawn or over: which of them is nobody's business. */
export const closedInvitation = () =>
  invalidField('/invitation_code', 'is not the code of an open invitation')

/** Somebody asks to be let in and says that they were invited. */
export const twoDoors = () =>
  invalidField('/invitation_code', 'must not be there beside hospital_id')

/** Fields that only some may leave out. */
export const missingFields = (names: readonly string[]) =>
  problem(400, 'validation_failed', 'Some fields are not valid', {
    errors: names.map((name) => ({ pointer: `/${name}`, message: 'is required' })),
  })

/** A password that may not be chosen; `pointer` says which field it came in. */
export const weakPassword = (pointer: string, message: string) => invalidField(pointer, message)

/** Not 401: the session is good, and a client that gets 401 signs its user out. */
export const wrongCurrentPassword = () => invalidField('/current_password', 'is wrong')

export const usernameTaken = () =>
  problem(409, 'username_taken', 'The username is taken; choose another')

export const emailTaken = () => problem(409, 'email_taken', 'The e-mail address is taken')

/** Whoever is a member already, or has asked to be, needs an administrator and no second membership. */
export const alreadyMember = () =>
  problem(
    409,
    'already_member',
    'You are a member of the hospital already, or have asked to be; its administrators can change that',
  )

/** The same bytes for a hospital that is not there and for one whose member the caller is not. */
export const hospitalMismatch = () => problem(403, 'hospital_mismatch', HOSPITAL_MISMATCH_DETAIL)

/** `If-Match` or `version` is not the profile's: it was changed elsewhere first. */
export const staleProfile = (version: number) =>
  problem(412, 'stale', 'The profile was changed elsewhere; read it again', { version })

/** A glass that is not for this caller to break: what they may open follows from what they are. */
export const unfitForGlass = (pointer: string, message: string) => invalidField(pointer, message)

/** Too many wrong passwords: the same answer for everybody, and for the right one too. */
export const tooManyFailures = (limit: number, seconds: number) =>
  problem(
    429,
    'too_many_requests',
    'Too many wrong passwords; try again later',
    {},
    {
      'retry-after': String(seconds),
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': '0',
      'ratelimit-reset': String(seconds),
    },
  )

/** `If-Match` or `version` is not the membership's: somebody else changed it first. */
export const staleMember = (version: number) =>
  problem(412, 'stale', 'The user was changed by somebody else; read it again', { version })

/** A hospital that nobody administers could let nobody in any more. */
export const lastAdmin = () =>
  problem(
    409,
    'last_admin',
    'The hospital would have no active administrator left; make somebody else an administrator first',
  )

/** The platform invites into a hospital only while nobody there can. */
export const hasAdmin = () =>
  problem(409, 'has_admin', 'The hospital has an administrator, who invites everybody else')

/** Nobody gives what they lack. */
export const roleExceedsOwn = (role: string) =>
  problem(403, 'forbidden', `You may not give the role ${role}: it may do more than yours`)

/** The caller's own membership was changed a moment ago: the token says more than they may. */
export const notAnAdmin = () => problem(403, 'forbidden', 'Your role may not do this (user.manage)')

/** What is said to those who are too many. */
export const BUSY = 'Too many people sign in at once; try again'

/** More people sign in than passwords can be checked. */
export const busy = () => problem(503, 'unavailable', BUSY, {}, { 'retry-after': '1' })

/** What the person may do was changed while they signed in: the next attempt will tell. */
export const changedMeanwhile = () =>
  problem(503, 'unavailable', 'The account was just changed; try again', {}, { 'retry-after': '1' })
