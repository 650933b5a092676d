import { SerializerSelector } from '@fastify/fast-json-stringify-compiler'
import type { FastifySchemaControllerOptions } from 'fastify/types/schema.js'

type BuildSerializer = NonNullable<
  NonNullable<FastifySchemaControllerOptions['compilersFactory']>['buildSerializer']
>

/** Fastify's own serializers, each compiled when it is first needed: at boot they took longer than all else of a service. */
export const buildSerializer: BuildSerializer = (externalSchemas, options) => {
  const compile = SerializerSelector()(externalSchemas, options)
  return (route) => {
    let serialize: ((data: unknown) => string) | undefined
    return (data) => {
      serialize ??= compile(route)
      return serialize(data)
    }
  }
}
