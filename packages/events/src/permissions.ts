import { AUDIT_STREAM, DOMAIN_STREAM, SERVICE_NAMES, type ServiceName } from '@wardstone/contracts'
import { DURABLES, type Durable } from './streams.ts'

/** Subjects a NATS user may publish to and subscribe to; all else is refused by the server. */
export interface NatsPermissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
}

/** Everybody who has a NATS user. */
export type NatsUser = ServiceName | 'gateway' | 'admin'

/** What the relay and the spool ask to learn what has been consumed. */
const WATCH = [
  `$JS.API.STREAM.INFO.${AUDIT_STREAM}`,
  `$JS.API.STREAM.INFO.${DOMAIN_STREAM}`,
  ...DURABLES.map(({ stream, durable }) => `$JS.API.CONSUMER.INFO.${stream}.${durable}`),
]

const consume = ({ stream, durable }: Durable) => [
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.ACK.${stream}.${durable}.>`,
]

/** What services hear as it happens, for what their processes keep in memory: `DomainNews`. */
const NEWS: Partial<Record<ServiceName, readonly string[]>> = {
  hospital: ['domain.*.hospital.hospital.>'],
}

const ofService = (name: ServiceName): NatsPermissions => ({
  publish: [
    `audit.*.${name}.>`,
    `domain.*.${name}.>`,
    ...WATCH,
    ...DURABLES.filter(({ durable }) => durable === name).flatMap(consume),
  ],
  subscribe: [`_INBOX_${name}.>`, ...(NEWS[name] ?? [])],
})

/**
 * The allow-list of each user. Nobody but the administrator can make, change, purge or delete a
 * stream or a consumer, or speak in another's name; who listens to subjects directly hears those alone.
 */
export const natsPermissions: Readonly<Record<NatsUser, NatsPermissions>> = {
  ...(Object.fromEntries(SERVICE_NAMES.map((name) => [name, ofService(name)])) as Record<
    ServiceName,
    NatsPermissions
  >),
  admin: { publish: ['>'], subscribe: ['>'] },
  gateway: {
    publish: ['audit.*.gateway.>', ...WATCH],
    subscribe: ['_INBOX_gateway.>', 'domain.*.auth.>', 'domain.*.hospital.hospital.>'],
  },
}
