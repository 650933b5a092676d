import { appointmentRepositories } from './mutants/appointments.ts'
import { breakGlass } from './mutants/break-glass.ts'
import { caches } from './mutants/caches.ts'
import { clinic } from './mutants/clinic.ts'
import { gateway } from './mutants/gateway.ts'
import { invitations } from './mutants/invitations.ts'
import { keys } from './mutants/keys.ts'
import { memberships } from './mutants/memberships.ts'
import { registration } from './mutants/registration.ts'
import { repositories } from './mutants/repositories.ts'
import { restrictions } from './mutants/restrictions.ts'
import { services } from './mutants/services.ts'
import { signIn } from './mutants/sign-in.ts'
import { users } from './mutants/users.ts'

/** What somebody might break, by the wall it belongs to. */
export const MUTANTS = {
  gateway,
  services,
  repositories,
  registration,
  appointments: appointmentRepositories,
  restrictions,
  keys,
  caches,
  clinic,
  'sign-in': signIn,
  users,
  invitations,
  memberships,
  'break-glass': breakGlass,
}
