import { type Static, Type } from '@sinclair/typebox'
import { ServiceConfigSchema } from '@wardstone/service'

/** The environment of the auth service. */
export const ConfigSchema = Type.Object({
  ...ServiceConfigSchema.properties,
  DATABASE_URL: Type.String({ minLength: 1, description: 'as auth_app' }),
  SYSTEM_DATABASE_URL: Type.String({ minLength: 1, description: 'as auth_system' }),
  RELAY_DATABASE_URL: Type.String({ minLength: 1, description: 'as auth_relay' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 6, minimum: 2, maximum: 100 }),
  NATS_URL: Type.String({ minLength: 1 }),
  SIGNING_KEYS_FILE: Type.String({
    minLength: 1,
    description: 'JWKS of private ES256 keys: the first signs, all are published',
  }),
  TOKEN_ISSUER: Type.String({ default: 'wardstone', minLength: 1 }),
  TOKEN_AUDIENCE: Type.String({ default: 'wardstone-api', minLength: 1 }),
  ACCESS_TOKEN_SECONDS: Type.Integer({ default: 600, minimum: 30, maximum: 3600 }),
  SESSION_SECONDS: Type.Integer({
    default: 86_400,
    minimum: 600,
    description: 'after which a person signs in again (NIST SP 800-63B-4: a day)',
  }),
  PASSWORD_MIN_LENGTH: Type.Integer({ default: 12, minimum: 8, maximum: 64 }),
})
export type Config = Static<typeof ConfigSchema>
