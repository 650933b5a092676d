import { gateway } from './mutants/gateway.ts'
import { keys } from './mutants/keys.ts'
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
  restrictions,
  keys,
  'sign-in': signIn,
  users,
}
