import { natsPermissions } from '@wardstone/events'
import type { NatsBinary } from './nats-binary.ts'

/** What goes into the configuration file of nats-server. */
export interface NatsConfig {
  version: NatsBinary['version']
  port: number
  storeFolder: string
  /** User → password. */
  passwords: Record<string, string>
}

/** The text of nats-server's configuration: local, JetStream on disk, one account with one user per
 * service that may do only its own work, nobody without a password. */
export function natsConfig({ version, port, storeFolder, passwords }: NatsConfig): string {
  const config = {
    listen: `127.0.0.1:${port}`,
    server_name: 'wardstone',
    max_payload: 1_048_576,
    jetstream: {
      store_dir: storeFolder,
      // Before 2.10 the server syncs every minute and refuses the word.
      ...(version[0] * 100 + version[1] >= 210 && { sync_interval: 'always' }),
    },
    ...natsAccounts(passwords),
  }
  return JSON.stringify(config, undefined, 2)
}

/** The one account of the configuration: each user with its permissions and, from `passwords`, its password. */
export function natsAccounts(passwords: Record<string, string>) {
  const users = Object.entries(natsPermissions).map(([user, { publish, subscribe }]) => ({
    user,
    password: passwords[user],
    permissions: { publish, subscribe },
  }))
  return { accounts: { WARDSTONE: { jetstream: 'enabled', users } } }
}
