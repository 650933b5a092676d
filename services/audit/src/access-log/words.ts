import type { AuditAction, AuditEvent, CallerRole, ReasonCode } from '@wardstone/contracts'
import type { Access } from './schemas.ts'

const ROLES: Readonly<Record<CallerRole, string>> = {
  admin: 'administration of the hospital',
  doctor: 'doctor',
  nurse: 'nurse',
  receptionist: 'reception',
  staff: 'staff of the hospital',
  platform_admin: 'operator of the system',
  break_glass: 'operator of the system',
  system: 'the system itself',
  anonymous: 'nobody signed in',
}

const REASONS: Readonly<Record<ReasonCode, string>> = {
  ETREAT: 'emergency treatment',
  TREAT: 'treatment',
  HOPERAT: 'operation of the hospital, such as support',
  PATRQT: 'the patient asked for it',
  HLEGAL: 'the law requires it',
}

/** What comes before events of patients. */
const ACTIONS: Readonly<Partial<Record<AuditAction, string>>> = {
  'patient.created': 'registered the patient',
  'patient.read': 'looked at the record',
  'patient.listed': 'saw the record in a list',
  'patient.searched': 'saw the record among the results of a search',
  'patient.updated': 'changed the record',
  'patient.deactivated': 'closed the record',
  'patient.reactivated': 'opened the closed record again',
  'patient.exported': 'took the record out with a file of patients',
  'patient.imported': 'registered the patient from a file',
  'appointment.created': 'booked an appointment',
  'appointment.read': 'looked at an appointment',
  'appointment.listed': 'saw an appointment in a list',
  'appointment.searched': 'saw an appointment among the results of a search',
  'appointment.updated': 'changed an appointment',
  'appointment.moved': 'moved an appointment',
  'appointment.status_changed': 'noted how an appointment goes on',
  'appointment.cancelled': 'cancelled an appointment',
  'break_glass.opened': 'opened the protected record in an exception',
  'access.denied': 'asked for the record and was refused',
}

const FAILURES: Readonly<Record<string, string>> = {
  possible_duplicate: 'saw the record as a possible duplicate while registering somebody',
  idempotency_replayed: 'was shown once more the answer to an earlier request',
  dry_run: 'saw the record as a possible duplicate while checking a file',
}

/** The words for an action. */
export function wordsFor({
  action,
  outcome,
  reason = '',
}: Pick<AuditEvent, 'action' | 'outcome' | 'reason'>): string {
  const words = ACTIONS[action] ?? 'used the record'
  if (outcome === 'success' || action === 'access.denied') return words
  if (outcome === 'denied') return `was refused: ${words}`
  return FAILURES[reason] ?? `tried without success: ${words}`
}

/** An event in words: nothing of it that only means something to us. */
export function inWords(event: AuditEvent): Access {
  const { occurred_at, actor, outcome, changed_fields, break_glass } = event
  return {
    occurred_at,
    who: { name: actor.username, role: ROLES[actor.role] },
    what: wordsFor(event),
    outcome,
    ...(changed_fields && { changed: changed_fields.map((name) => name.replaceAll(/[_.]/g, ' ')) }),
    why: break_glass ? REASONS[break_glass.reason_code] : null,
  }
}
