import type {
  AccessClaims,
  HospitalEvent,
  MembershipChanged,
  Revocation,
  SessionRevoked,
} from '@wardstone/contracts'

/** Why a token that verifies is refused all the same. */
export type Refusal =
  | 'session ended'
  | 'membership changed'
  | 'hospital suspended'
  | 'hospital sessions ended'

/** The latest that is known of a hospital, and when we learned it. */
interface HospitalState {
  suspended: boolean
  version: number
  learnedAt: number
}

/**
 * The access tokens that are refused before they expire. Filled by events as they happen, and by
 * regular looks at the services that own the facts, in any order and as often as one likes.
 */
export class Revocations {
  readonly #sessions = new Map<string, number>()
  readonly #memberships = new Map<string, { version: number; expiresAt: number }>()
  readonly #issuedUpTo = new Map<string, number>()
  readonly #hospitals = new Map<string, HospitalState>()

  /** Why tokens with these claims are refused; undefined while they are good. */
  refusalOf(claims: Readonly<AccessClaims>): Refusal | undefined {
    if (this.#sessions.has(claims.sid)) return 'session ended'
    const { sub: account_id, role, membership_version } = claims
    // Who broke the glass of a hospital is a member of the platform, not of that hospital.
    const hospital_id = role === 'break_glass' ? null : claims.hospital_id
    const membership = this.#memberships.get(membershipKey({ account_id, hospital_id }))
    if (membership && membership_version < membership.version) return 'membership changed'
    if (claims.hospital_id === null) return undefined
    if (this.#hospitals.get(claims.hospital_id)?.suspended) return 'hospital suspended'
    const upTo = this.#issuedUpTo.get(claims.hospital_id)
    return upTo !== undefined && issuedAt(claims) <= upTo ? 'hospital sessions ended' : undefined
  }

  /** A session ended: its tokens are dead. */
  endSession({ session_id, expires_at }: SessionRevoked): void {
    this.#sessions.set(session_id, Date.parse(expires_at))
  }

  /** A member's role or status changed: tokens that say the one before are dead. */
  changeMembership(changed: MembershipChanged): void {
    const key = membershipKey(changed)
    const { version, expires_at } = changed
    if (version <= (this.#memberships.get(key)?.version ?? 0)) return
    this.#memberships.set(key, { version, expiresAt: Date.parse(expires_at) })
  }

  /** A hospital changed: the greatest version decides. Tokens from before a suspension stay dead after it. */
  changeHospital({ id, is_active, version, occurred_at }: HospitalEvent): void {
    const before = this.#hospitals.get(id)
    if (version <= (before?.version ?? 0)) return
    this.#hospitals.set(id, { suspended: !is_active, version, learnedAt: Date.now() })
    // The event that reactivates ends those too that were issued before auth had heard of the suspension.
    if (!is_active || before?.suspended) this.#endHospitalSessions(id, Date.parse(occurred_at))
  }

  /** What the auth service holds revoked; forgets what is over. */
  addRevocations(revocations: readonly Revocation[]): void {
    for (const revocation of revocations) {
      const { kind, id, expires_at } = revocation
      if (kind === 'membership') this.changeMembership({ ...revocation, account_id: id })
      else if (kind === 'session') this.#sessions.set(id, Date.parse(expires_at))
      else this.#endHospitalSessions(id, Date.parse(revocation.revoked_at))
    }
    const now = Date.now()
    for (const [id, expiresAt] of this.#sessions) if (expiresAt < now) this.#sessions.delete(id)
    for (const [key, { expiresAt }] of this.#memberships)
      if (expiresAt < now) this.#memberships.delete(key)
  }

  /**
   * The hospitals that are suspended, as the hospital service answered to a question of `askedAt`.
   * What an event told us since then is newer than the answer.
   */
  replaceSuspensions(
    suspended: readonly { hospital_id: string; suspended_at: string }[],
    askedAt: number,
  ): void {
    const suspendedIds = new Set(suspended.map((row) => row.hospital_id))
    for (const [id, state] of this.#hospitals) {
      if (state.learnedAt < askedAt) state.suspended = suspendedIds.has(id)
    }
    for (const { hospital_id, suspended_at } of suspended) {
      this.#endHospitalSessions(hospital_id, Date.parse(suspended_at))
      if (this.#hospitals.has(hospital_id)) continue
      this.#hospitals.set(hospital_id, { suspended: true, version: 0, learnedAt: askedAt })
    }
  }

  #endHospitalSessions(id: string, upTo: number): void {
    this.#issuedUpTo.set(id, Math.max(upTo, this.#issuedUpTo.get(id) ?? 0))
  }
}

function membershipKey({
  account_id,
  hospital_id,
}: Pick<MembershipChanged, 'account_id' | 'hospital_id'>): string {
  return `${account_id} ${hospital_id ?? 'platform'}`
}

/** `iat` knows only seconds; a UUIDv7 `jti` tells a token from the one of a login in the same second. */
function issuedAt({ iat, jti }: Readonly<AccessClaims>): number {
  const second = iat * 1000
  const exact = jti[14] === '7' ? Number.parseInt(jti.slice(0, 8) + jti.slice(9, 13), 16) : second
  return exact >= second && exact < second + 1000 ? exact : second
}
