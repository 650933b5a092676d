import { alreadyMember, emailTaken, usernameTaken } from '../errors.ts'

const UNIQUE_VIOLATION = '23505'
const PROBLEMS: Record<string, () => Error> = {
  account_username: usernameTaken,
  account_email: emailTaken,
  membership_pkey: alreadyMember,
}

/** Turns PostgreSQL's refusal of a second account of the same name, or a second membership, into the problem that says so. */
export async function uniqueOrProblem<T>(change: Promise<T>): Promise<T> {
  try {
    return await change
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string }
    throw (code === UNIQUE_VIOLATION && PROBLEMS[constraint]?.()) || error
  }
}
