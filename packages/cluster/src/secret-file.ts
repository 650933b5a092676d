import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes a file that only its owner can read, whole or not at all. */
export function writeSecretFile(file: string, text: string) {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, file)
}

/** The text of a secret file; what `make` returns is written first when there is none. */
export function secretFile(file: string, make: () => string): string {
  if (!existsSync(file)) writeSecretFile(file, make())
  chmodSync(file, 0o600)
  return readFileSync(file, 'utf8').trim()
}

/** A new random password, safe inside a URL. */
export function randomPassword() {
  return randomBytes(24).toString('base64url')
}
