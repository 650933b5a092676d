import { type Static, type TObject, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

/** The environment every process understands. Secrets have no default: a missing one stops the boot. */
export const ServiceConfigSchema = Type.Object({
  HOST: Type.String({ default: '127.0.0.1', minLength: 1 }),
  PORT: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 65535,
    description: '0 takes a free port',
  }),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65535,
      description: 'where /metrics listens; unset: nowhere',
    }),
  ),
  LISTEN_FDS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2,
      description:
        'sockets inherited as descriptors 3 (HTTP) and 4 (/metrics), as of sd_listen_fds(3); PORT and METRICS_PORT do not count then',
    }),
  ),
  LOG_LEVEL: Type.Union(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((level) =>
      Type.Literal(level),
    ),
    { default: 'info' },
  ),
  IDENTITY_KEY: Type.String({
    minLength: 43,
    description:
      'the HS256 key this service shares with the gateway, 32 bytes or more in base64url',
  }),
  IDENTITY_KEY_PREVIOUS: Type.Optional(
    Type.String({ minLength: 43, description: 'accepted too while the key is rotated' }),
  ),
})

/** The HS256 key that two services share: one asks the other with it. */
export const PeerKeySchema = Type.String({
  minLength: 43,
  description: 'the HS256 key shared with that service only, 32 bytes or more in base64url',
})

/** What stops a process at boot because of its configuration, in one sentence for the person who starts it. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/**
 * Reads the variables that `schema` names from `env`, and no other; numbers and booleans are parsed,
 * defaults filled in.
 * @throws ConfigurationError that names the variable, never its value.
 */
export function loadConfig<T extends TObject>(
  schema: T,
  env: Record<string, string | undefined>,
): Static<T> {
  const named = Object.fromEntries(
    Object.keys(schema.properties)
      .filter((name) => env[name] !== undefined && env[name] !== '')
      .map((name) => [name, env[name]]),
  )
  const config = Value.Convert(schema, Value.Default(schema, named))
  const error = Value.Errors(schema, config).First()
  if (error) {
    const name = error.path.split('/')[1] ?? ''
    const wrong = named[name] === undefined ? 'is missing' : `is wrong: ${error.message}`
    throw new ConfigurationError(`The environment variable ${name} ${wrong}.`)
  }
  return config as Static<T>
}
