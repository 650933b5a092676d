import type { AuditEvent, Identity } from '@wardstone/contracts'
import type { SystemDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuidv7 } from 'uuid'
import { homeOf, ownId } from '../accounts/caller.ts'
import { membershipIn } from '../accounts/memberships.ts'
import type { SystemAccountRepository } from '../accounts/repository.ts'
import type { Database } from '../database/schema.ts'
import {
  invalidCredentials,
  notFound,
  REFUSALS,
  unauthenticated,
  unfitForGlass,
} from '../errors.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Repetitions } from '../repetitions.ts'
import type { Entry } from '../sessions/entry.ts'
import type { SignedIn } from '../sessions/schemas.ts'
import type { Throttle } from '../throttling/throttle.ts'
import * as events from './events.ts'
import type { Opening } from './schemas.ts'
import type { SystemBreakGlassRepository } from './system-repository.ts'

export interface GlassOpeningOptions {
  accounts: SystemAccountRepository
  glasses: SystemBreakGlassRepository
  passwords: Passwords
  throttle: Throttle
  entry: Entry
  system: SystemDatabase<Database>
  repetitions: Repetitions
  recordAudit: (event: AuditEvent) => Promise<void>
}

/** Breaks the glass of a hospital or of a patient, for whoever enters their password again and says why. */
export class GlassOpening {
  readonly #options: GlassOpeningOptions

  constructor(options: GlassOpeningOptions) {
    this.#options = options
  }

  /** Once, if the request has a key. */
  open(request: FastifyRequest, reply: FastifyReply, body: Opening): Promise<SignedIn> {
    const { system, repetitions, entry } = this.#options
    const { identity } = request
    return repetitions.once([request, reply], system, {
      action: 'break_glass.opened',
      entity: ({ break_glass }) => ({ type: 'break_glass', id: break_glass?.id ?? '' }),
      hospital: ({ break_glass }) => break_glass?.hospital_id ?? '',
      prepare: () => this.#prove(identity, ownId(request), body),
      change: ({ db }, proven) =>
        entry.within(db).open(identity, proven, () => events.glassOpened(identity, proven.glass)),
    })
  }

  /** Holds the password against the account's, and finds what is to be opened. */
  async #prove(identity: Identity, accountId: string, body: Opening) {
    const { accounts, passwords, throttle, entry } = this.#options
    const target = await this.#find(identity, targetOf(identity, body))
    const found = await accounts.findWithHash(accountId)
    const member = found && membershipIn(found.memberships, homeOf(identity))
    if (!found || !member) throw unauthenticated()
    const { password_hash, ...account } = found
    const { reason_code, reason_text, minutes } = body
    const glass = { id: uuidv7(), ...target, reason_code, reason_text, seconds: minutes * 60 }

    await throttle.guard(account.username, identity.ip, async (attempt) => {
      if (!(await passwords.verify(body.password, password_hash))) {
        const failure = events.glassNotOpened(identity, target, 'wrong_password')
        await attempt.failed(failure, identity.hospital_id)
        throw invalidCredentials()
      }
      await entry.check(member, (reason) => events.glassDenied(identity, target, reason))
      await attempt.succeeded()
    })
    return { account, member, password_hash, glass }
  }

  /** The target with its hospital's name. What cannot be opened is on record before it is answered. */
  async #find(identity: Identity, target: events.Target) {
    const { glasses, recordAudit } = this.#options
    const hospital = await glasses.findHospital(target.hospital_id)
    if (!hospital) {
      await recordAudit(events.unknownGlass(identity, target))
      throw notFound()
    }
    const { is_active, hospital_name } = hospital
    if (is_active) return { ...target, hospital_name }
    await recordAudit(events.glassDenied(identity, target, 'hospital_suspended'))
    throw REFUSALS.hospital_suspended()
  }
}

/**
 * What `body` asks to open: a platform administrator a hospital, a member a patient of their own.
 * @throws problem 400 that points at what is too much or missing
 */
function targetOf(
  identity: Pick<Identity, 'hospital_id'>,
  { hospital_id, patient_id }: Pick<Opening, 'hospital_id' | 'patient_id'>,
): events.Target {
  if (identity.hospital_id === null) {
    if (patient_id !== undefined) throw unfitForGlass('/patient_id', 'the platform opens hospitals')
    if (hospital_id === undefined) throw unfitForGlass('/hospital_id', 'is required')
    return { hospital_id, patient_id: null }
  }
  if (hospital_id !== undefined) throw unfitForGlass('/hospital_id', 'a member opens patients')
  if (patient_id === undefined) throw unfitForGlass('/patient_id', 'is required')
  return { hospital_id: identity.hospital_id, patient_id }
}
