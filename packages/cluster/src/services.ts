import { join, resolve } from 'node:path'
import { SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import type { Secrets } from './secrets.ts'

/** What a service gets besides what every service gets. */
interface ServiceContext {
  secrets: Secrets
  /** The cluster's data folder. */
  data: string
}

/** One line of the table of services. */
export interface ServiceEntry {
  name: ServiceName
  /** True when the service works across hospitals with a role of its own. */
  system: boolean
  /** The services it asks itself, which therefore start before it. */
  asks?: readonly ServiceName[]
  environment?(context: ServiceContext): Record<string, string>
}

const ROOT = resolve(import.meta.dirname, '../../..')

/** Who issues and who accepts access tokens. */
export const TOKENS = { TOKEN_ISSUER: 'wardstone', TOKEN_AUDIENCE: 'wardstone-api' }

/** Every service of the cluster, each a process with a database of its own. */
export const SERVICES: readonly ServiceEntry[] = [
  {
    name: 'auth',
    system: true,
    environment: ({ secrets }) => ({ ...TOKENS, SIGNING_KEYS_FILE: secrets.signingKeysFile() }),
  },
  { name: 'hospital', system: true },
  { name: 'patient', system: true },
  { name: 'appointment', system: true, asks: ['hospital', 'patient'] },
  {
    name: 'audit',
    system: true,
    environment: ({ secrets, data }) => ({
      CHECKPOINT_KEY_FILE: secrets.checkpointKeyFile(),
      CHECKPOINT_FILE: join(data, 'audit-checkpoints.jsonl'),
    }),
  },
]

/** The services in the order they start: those that ask nobody, then those that ask them. */
export function startOrder(names: readonly ServiceName[] = SERVICE_NAMES): ServiceEntry[][] {
  const chosen = SERVICES.filter(({ name }) => names.includes(name))
  return [chosen.filter(({ asks }) => !asks), chosen.filter(({ asks }) => asks)]
}

/** The program of a service. */
export function serviceProgram(name: string): string {
  return join(ROOT, 'services', name, 'src/main.ts')
}

/** The migrations of a service. */
export function migrationsFolder(name: string): string {
  return join(ROOT, 'services', name, 'src/database/migrations')
}

/** The program of the gateway. */
export const GATEWAY_PROGRAM = join(ROOT, 'gateway/src/main.ts')
