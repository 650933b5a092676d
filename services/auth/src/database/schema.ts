import type { ReasonCode, Role } from '@wardstone/contracts'
import type { IdempotentAnswerTable, OutboxTable } from '@wardstone/tenancy'
import type { ColumnType, Generated } from 'kysely'

/** A column that no code can update: a row stays with its hospital, an id stays with its record. */
type Fixed = ColumnType<string, string, never>

/** What somebody can be in a hospital. */
export type HospitalRole = Exclude<Role, 'platform_admin'>

/** A person's login. It belongs to no hospital; memberships tie it to some. */
interface AccountTable {
  id: Fixed
  username: string
  /** What usernames are compared by: see `folded`. */
  username_folded: string
  email: string
  email_folded: string
  /** argon2id as a PHC string. */
  password_hash: string
  first_name: string
  last_name: string
  phone: string | null
  created_at: Generated<string>
  updated_at: Generated<string>
  version: Generated<number>
}

/** A hospital as its service told it last. The platform's row has the nil UUID. */
interface HospitalTable {
  hospital_id: Fixed
  slug: string
  name: string
  is_active: Generated<boolean>
  is_listed: Generated<boolean>
  version: Generated<number>
}

export type MembershipStatus = 'pending' | 'active' | 'disabled'

/** What an account is in one hospital; a platform administrator's is under the nil UUID. */
interface MembershipTable {
  hospital_id: Fixed
  account_id: Fixed
  role: Role
  status: MembershipStatus
  created_at: Generated<string>
  updated_at: Generated<string>
  /** Access tokens say at which version they were issued. */
  version: Generated<number>
}

export type SessionEnd =
  | 'logout'
  | 'refresh_reused'
  | 'hospital_suspended'
  | 'ended_by_owner'
  | 'password_changed'
  | 'member_disabled'

/** One login. Its id is the `sid` of its access tokens; its refresh tokens are one family. */
interface SessionTable {
  hospital_id: Fixed
  id: Fixed
  account_id: Fixed
  ip: string
  user_agent: string | null
  created_at: Generated<string>
  /** Null until it is refreshed for the first time. */
  last_used_at: string | null
  expires_at: string
  ended_at: string | null
  end_reason: SessionEnd | null
  /** The session that this one was switched from, in however many steps. */
  root_id: string | null
}

/** A refresh token by its SHA-256; the token itself is nowhere. */
interface RefreshTokenTable {
  hospital_id: Fixed
  hash: Buffer
  session_id: string
  created_at: Generated<string>
  used_at: string | null
  successor_hash: Buffer | null
  successor_salt: Buffer | null
}

/**
 * Access tokens that are refused before they expire: a session's, all of a hospital's up to
 * `revoked_at`, or an account's with a membership below `version`.
 */
interface RevocationTable {
  hospital_id: Fixed
  kind: 'session' | 'hospital' | 'membership'
  id: string
  revoked_at: string
  expires_at: string
  version: number | null
}

/** Who opened this hospital, or one of its patients, and why. The session may be the platform's. */
interface BreakGlassTable {
  hospital_id: Fixed
  id: Fixed
  session_id: Fixed
  account_id: Fixed
  /** As they were then. */
  username: string
  role: Role
  patient_id: string | null
  reason_code: ReasonCode
  reason_text: string
  created_at: Generated<string>
  expires_at: string
  ended_at: string | null
}

/** How many passwords failed, or are being tried, under one counter in one window. */
interface ThrottleTable {
  key: Buffer
  failures: Generated<number>
  trying: Generated<number>
  expires_at: string
}

/** Somebody has signed in as this account from this network. */
interface KnownDeviceTable {
  key: Buffer
  expires_at: string
}

/** Somebody is asked into a hospital, by the code whose SHA-256 this has. */
interface InvitationTable {
  hospital_id: Fixed
  id: Fixed
  email: string
  role: HospitalRole
  code_hash: Buffer
  /** What a person may leave out who was invited with it. */
  username: string | null
  first_name: string | null
  last_name: string | null
  invited_by: string
  created_at: Generated<string>
  expires_at: string
  accepted_at: string | null
  accepted_by: string | null
  withdrawn_at: string | null
}

export interface Database {
  account: AccountTable
  hospital: HospitalTable
  membership: MembershipTable
  invitation: InvitationTable
  session: SessionTable
  refresh_token: RefreshTokenTable
  revocation: RevocationTable
  break_glass: BreakGlassTable
  throttle: ThrottleTable
  known_device: KnownDeviceTable
  idempotent_answer: IdempotentAnswerTable
  outbox: OutboxTable
}
