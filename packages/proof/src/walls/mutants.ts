import { gateway } from './mutants/gateway.ts'
import { repositories } from './mutants/repositories.ts'
import { services } from './mutants/services.ts'
import { signIn } from './mutants/sign-in.ts'

/** What somebody might break, by the wall it belongs to. */
export const MUTANTS = { gateway, services, repositories, 'sign-in': signIn }
