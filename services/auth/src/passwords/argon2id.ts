import { hash, parseOptions, verify } from '@node-rs/argon2'

/** OWASP's parameters for argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** The same text in the same bytes, however the keyboard composed it. */
const bytesOf = (password: string) => password.normalize('NFC')

/** Hashes a password as the accounts keep it: argon2id as a PHC string. */
export function hashPassword(password: string): Promise<string> {
  return hash(bytesOf(password), PARAMETERS)
}

/** True when `stored` was made from `password`. */
export function verifyPassword(password: string, stored: string): Promise<boolean> {
  return verify(stored, bytesOf(password))
}

/** True when `stored` was made with other parameters than today's. */
export function isOutdated(stored: string): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(stored)
  const made = { memoryCost, timeCost, parallelism }
  return JSON.stringify(made) !== JSON.stringify(PARAMETERS)
}

/** True when checking `stored` costs at most twice what ours cost: a planted one could stop the service. */
export function isAffordable(stored: string): boolean {
  try {
    const { memoryCost, timeCost } = parseOptions(stored)
    const { memoryCost: memory, timeCost: time } = PARAMETERS
    return memoryCost <= 2 * memory && memoryCost * timeCost <= 2 * memory * time
  } catch {
    return false
  }
}
