import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { natsPermissions } from '@wardstone/events'
import { peerKeys } from '../environment.ts'
import { natsAccounts } from '../nats-config.ts'
import { randomPassword, secretFile, writeSecretFile } from '../secret-file.ts'
import { Secrets } from '../secrets.ts'
import { SERVICES } from '../services.ts'

/**
 * Writes what docker-compose.yml hands to each container into `<folder>/secrets/compose`, from secrets
 * in `<folder>/secrets` that are made when they are missing.
 * @returns the names of the files
 */
export function writeSecretFiles(folder: string): string[] {
  const secrets = new Secrets(folder)
  const target = join(folder, 'secrets/compose')
  mkdirSync(target, { recursive: true, mode: 0o700 })
  const files = contents(secrets, (name) => {
    return secretFile(join(folder, 'secrets', `${name}.password`), randomPassword)
  })
  for (const [name, text] of Object.entries(files)) {
    writeSecretFile(join(target, name), `${text}\n`)
    // The folder is the owner's alone; in its container, the file must be readable by any user.
    chmodSync(join(target, name), 0o444)
  }
  return Object.keys(files)
}

function contents(secrets: Secrets, password: (name: string) => string): Record<string, string> {
  const nats = (user: string) => password(`nats-${user}`)
  const superuser = password('postgres')
  const natsPasswords = Object.keys(natsPermissions).map((user) => [user, nats(user)])
  const databases = SERVICES.map(({ name }) => [name, secrets.databasePasswords(name)])
  return {
    'postgres-password': superuser,
    'nats-accounts.conf': JSON.stringify(natsAccounts(Object.fromEntries(natsPasswords)), null, 2),
    'auth-signing-keys.json': readFileSync(secrets.signingKeysFile(), 'utf8'),
    'audit-checkpoint-key.json': readFileSync(secrets.checkpointKeyFile(), 'utf8'),
    'migrate.env': environmentFile({
      DATABASE_URL: databaseUrl('postgres', superuser, 'postgres'),
      DATABASE_PASSWORDS: JSON.stringify(Object.fromEntries(databases)),
      NATS_URL: natsUrl('admin', nats('admin')),
    }),
    'gateway.env': environmentFile({
      ...Object.fromEntries(
        SERVICES.map(({ name }) => [
          `IDENTITY_KEY_${name.toUpperCase()}`,
          secrets.identityKey(name),
        ]),
      ),
      NATS_URL: natsUrl('gateway', nats('gateway')),
    }),
    ...Object.fromEntries(
      SERVICES.map((service) => {
        const { name, system } = service
        const { app, relay, system: systemPassword } = secrets.databasePasswords(name)
        const url = (role: string, pass: string) =>
          databaseUrl(`${name}_${role}`, pass, `wardstone_${name}`)
        const environment = {
          IDENTITY_KEY: secrets.identityKey(name),
          DATABASE_URL: url('app', app),
          RELAY_DATABASE_URL: url('relay', relay),
          ...(system && { SYSTEM_DATABASE_URL: url('system', systemPassword) }),
          NATS_URL: natsUrl(name, nats(name)),
          ...peerKeys(secrets, service),
        }
        return [`${name}.env`, environmentFile(environment)]
      }),
    ),
  }
}

/** What `node --env-file` reads. */
function environmentFile(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'`)
    .join('\n')
}

function databaseUrl(role: string, password: string, database: string): string {
  return `postgres://${role}:${password}@postgres:5432/${database}`
}

function natsUrl(user: string, password: string): string {
  return `nats://${user}:${password}@nats:4222`
}
