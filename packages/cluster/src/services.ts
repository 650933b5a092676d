import { join, resolve } from 'node:path'
import type { Secrets } from './secrets.ts'

/** What a service gets besides what every service gets. */
interface ServiceContext {
  secrets: Secrets
  /** The cluster's data folder. */
  data: string
}

/** One line of the table of services. */
export interface ServiceEntry {
  name: string
  /** True when the service works across hospitals with a role of its own. */
  system: boolean
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
  { name: 'patient', system: false },
  {
    name: 'audit',
    system: true,
    environment: ({ secrets, data }) => ({
      CHECKPOINT_KEY_FILE: secrets.checkpointKeyFile(),
      CHECKPOINT_FILE: join(data, 'audit-checkpoints.jsonl'),
    }),
  },
]

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
