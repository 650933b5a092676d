import { type Static, Type } from '@sinclair/typebox'
import { PeerKeySchema, ServiceConfigSchema } from '@wardstone/service'

/** The environment of the patient service. */
export const ConfigSchema = Type.Object({
  ...ServiceConfigSchema.properties,
  DATABASE_URL: Type.String({ minLength: 1, description: 'as patient_app' }),
  RELAY_DATABASE_URL: Type.String({ minLength: 1, description: 'as patient_relay' }),
  SYSTEM_DATABASE_URL: Type.String({ minLength: 1, description: 'as patient_system' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 6, minimum: 2, maximum: 100 }),
  NATS_URL: Type.String({ minLength: 1 }),
  IDENTITY_KEY_APPOINTMENT: PeerKeySchema,
})
export type Config = Static<typeof ConfigSchema>
