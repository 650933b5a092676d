import { type Static, Type } from '@sinclair/typebox'
import { ServiceConfigSchema } from '@wardstone/service'

/** The environment of the audit service. */
export const ConfigSchema = Type.Object({
  ...ServiceConfigSchema.properties,
  DATABASE_URL: Type.String({ minLength: 1, description: 'as audit_app' }),
  RELAY_DATABASE_URL: Type.String({ minLength: 1, description: 'as audit_relay' }),
  SYSTEM_DATABASE_URL: Type.String({ minLength: 1, description: 'as audit_system' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 6, minimum: 2, maximum: 100 }),
  NATS_URL: Type.String({ minLength: 1 }),
  CHECKPOINT_KEY_FILE: Type.String({ minLength: 1, description: 'an Ed25519 private key as JWK' }),
  CHECKPOINT_FILE: Type.String({
    minLength: 1,
    description:
      'gets a line for every checkpoint; keep it where the database administrator cannot write',
  }),
  CHECKPOINT_SECONDS: Type.Integer({ default: 60, minimum: 1, maximum: 3600 }),
})
export type Config = Static<typeof ConfigSchema>
