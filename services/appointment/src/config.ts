import { type Static, Type } from '@sinclair/typebox'
import { PeerKeySchema, ServiceConfigSchema } from '@wardstone/service'

const ServiceUrl = Type.String({ pattern: '^https?://' })

/** The environment of the appointment service. */
export const ConfigSchema = Type.Object({
  ...ServiceConfigSchema.properties,
  DATABASE_URL: Type.String({ minLength: 1, description: 'as appointment_app' }),
  RELAY_DATABASE_URL: Type.String({ minLength: 1, description: 'as appointment_relay' }),
  SYSTEM_DATABASE_URL: Type.String({ minLength: 1, description: 'as appointment_system' }),
  DATABASE_POOL_SIZE: Type.Integer({ default: 6, minimum: 2, maximum: 100 }),
  NATS_URL: Type.String({ minLength: 1 }),
  HOSPITAL_URL: ServiceUrl,
  PATIENT_URL: ServiceUrl,
  IDENTITY_KEY_HOSPITAL: PeerKeySchema,
  IDENTITY_KEY_PATIENT: PeerKeySchema,
})
export type Config = Static<typeof ConfigSchema>
