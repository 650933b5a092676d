import type { Probe } from './probe.ts'
import { access } from './probes/access.ts'
import { appointments } from './probes/appointments.ts'
import { audit } from './probes/audit.ts'
import { caches } from './probes/caches.ts'
import { clinic } from './probes/clinic.ts'
import { cursors } from './probes/cursors.ts'
import { gateway } from './probes/gateway.ts'
import { glass } from './probes/glass.ts'
import { identity } from './probes/identity.ts'
import { invitations } from './probes/invitations.ts'
import { keys } from './probes/keys.ts'
import { memberships } from './probes/memberships.ts'
import { patients } from './probes/patients.ts'
import { records } from './probes/records.ts'
import { registration } from './probes/registration.ts'
import { restricted } from './probes/restricted.ts'
import { sessions } from './probes/sessions.ts'
import { tokens } from './probes/tokens.ts'
import { users } from './probes/users.ts'

const probes = {
  access,
  appointments,
  audit,
  caches,
  clinic,
  cursors,
  gateway,
  glass,
  identity,
  invitations,
  keys,
  memberships,
  patients,
  records,
  registration,
  restricted,
  sessions,
  tokens,
  users,
}
export type ProbeName = keyof typeof probes

/** Every probe, by the name that mutants call it by. */
export const PROBES: Readonly<Record<ProbeName, Probe>> = probes
