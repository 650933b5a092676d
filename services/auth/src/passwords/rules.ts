import { folded } from '../accounts/names.ts'
import { weakPassword } from '../errors.ts'
import { isCommon } from './common-passwords.ts'

/**
 * Any characters, long enough, not what guessers try first (NIST SP 800-63B-4): length counts what a
 * person sees as characters; the schema has bounded it above.
 * @param pointer the field of the request that it came in
 * @throws problem 400 that points there
 */
export function checkPassword(
  password: string,
  person: { username: string; email: string },
  minimum: number,
  pointer = '/password',
): void {
  if ([...password.normalize('NFC')].length < minimum) {
    throw weakPassword(pointer, `must have at least ${minimum} characters`)
  }
  const own = [person.username, person.email, person.email.split('@', 1)[0] ?? '']
  if (own.some((name) => folded(name) === folded(password))) {
    throw weakPassword(pointer, 'must not be the username or the e-mail address')
  }
  if (isCommon(password)) throw weakPassword(pointer, 'is among the passwords that are tried first')
}
