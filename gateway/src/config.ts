import { type Static, Type } from '@sinclair/typebox'
import { ServiceConfigSchema } from '@wardstone/service'

const { HOST, PORT, METRICS_PORT, LISTEN_FDS, LOG_LEVEL } = ServiceConfigSchema.properties
const ServiceUrl = Type.String({ pattern: '^https?://' })
const IdentityKey = Type.String({
  minLength: 43,
  description: 'the HS256 key shared with this service only, 32 bytes or more in base64url',
})
const list = (description: string, pattern?: string) =>
  Type.String({ default: '', description, ...(pattern !== undefined && { pattern }) })

/** The gateway's environment. */
export const ConfigSchema = Type.Object({
  HOST,
  PORT,
  METRICS_PORT,
  LISTEN_FDS,
  LOG_LEVEL,
  AUTH_URL: ServiceUrl,
  HOSPITAL_URL: ServiceUrl,
  PATIENT_URL: ServiceUrl,
  APPOINTMENT_URL: ServiceUrl,
  AUDIT_URL: ServiceUrl,
  IDENTITY_KEY_AUTH: IdentityKey,
  IDENTITY_KEY_HOSPITAL: IdentityKey,
  IDENTITY_KEY_PATIENT: IdentityKey,
  IDENTITY_KEY_APPOINTMENT: IdentityKey,
  IDENTITY_KEY_AUDIT: IdentityKey,
  NATS_URL: Type.String({ pattern: '^nats://' }),
  SPOOL_FOLDER: Type.String({
    minLength: 1,
    description: 'keeps audit events while NATS is away; of the gateways of one host only',
  }),
  TOKEN_ISSUER: Type.String({ default: 'wardstone', minLength: 1 }),
  TOKEN_AUDIENCE: Type.String({ default: 'wardstone-api', minLength: 1 }),
  RATE_LIMIT: Type.Union([Type.Literal('on'), Type.Literal('off')], { default: 'on' }),
  TRUST_PROXY: list(
    'CIDRs whose X-Forwarded-For is believed, separated by commas',
    '^[0-9a-fA-F.:/, ]*$',
  ),
  CORS_ORIGINS: list('origins whose pages may call the API, separated by commas'),
  BODY_LIMIT: Type.Integer({ default: 65_536, minimum: 1 }),
  UPSTREAM_TIMEOUT_MS: Type.Integer({ default: 10_000, minimum: 100 }),
})
export type Config = Static<typeof ConfigSchema>

/** The values of a comma-separated variable. */
export function listOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
