import { openApiInfo } from '@wardstone/service'
import type { FastifyInstance } from 'fastify'
import { withGatewayProblems } from './documented-problems.ts'
import { remembered } from './remembered.ts'
import type { ServiceClients } from './service-client.ts'

/** As much of an OpenAPI document as merging needs. */
interface Document {
  paths?: Record<string, Record<string, unknown>>
  components?: { schemas?: Record<string, unknown> }
}

const COMPLETE_FOR_MS = 60_000
const PARTIAL_FOR_MS = 2_000

/** Serves the OpenAPI documents of all services as one; a service that is away is left out until it is back. */
export function openApiRoute(app: FastifyInstance, clients: ServiceClients): void {
  const load = async () => {
    const documents = await Promise.all(
      Object.entries(clients).map(async ([service, client]) => {
        const document = await client.getJson('/openapi.json').catch(() => undefined)
        return [service, document as Document | undefined] as const
      }),
    )
    return {
      text: JSON.stringify(mergeDocuments(documents)),
      isComplete: documents.every(([, it]) => it),
    }
  }
  const merged = remembered(load, ({ isComplete }) =>
    isComplete ? COMPLETE_FOR_MS : PARTIAL_FOR_MS,
  )
  app.get('/openapi.json', { logLevel: 'silent' }, async (_request, reply) => {
    const { text } = await merged()
    return reply.type('application/json; charset=utf-8').send(text)
  })
}

/** One document of many: the public paths of each, tagged with its service, with the problems of the gateway. */
export function mergeDocuments(
  documents: readonly (readonly [string, Document | undefined])[],
): object {
  const merged = openApiInfo('Wardstone')
  const paths: Record<string, object> = {}
  const schemas: Record<string, unknown> = {}
  for (const [service, document = {}] of documents) {
    const own = withoutClashes(service, document, schemas)
    Object.assign(schemas, own.components?.schemas)
    for (const [path, operations] of Object.entries(own.paths ?? {})) {
      if (path.startsWith('/api/') || path.startsWith('/.well-known/')) {
        paths[path.replace(/\/$/, '')] = tagged(operations, service)
      }
    }
  }
  return {
    ...merged,
    servers: [{ url: '/' }],
    paths,
    components: { ...merged.components, schemas },
  }
}

/** `document` with the schemas renamed whose name is taken by another service for something else. */
function withoutClashes(
  service: string,
  document: Document,
  taken: Record<string, unknown>,
): Document {
  const schemas = Object.entries(document.components?.schemas ?? {})
  const clashes = schemas
    .filter(
      ([name, schema]) => name in taken && JSON.stringify(taken[name]) !== JSON.stringify(schema),
    )
    .map(([name]) => name)
  const reference = (name: string) => `"#/components/schemas/${name}"`
  const text = clashes.reduce(
    (json, name) => json.replaceAll(reference(name), reference(`${service}_${name}`)),
    JSON.stringify(document),
  )
  const renamed: Document = JSON.parse(text)
  const named = Object.entries(renamed.components?.schemas ?? {}).map(
    ([name, schema]) => [clashes.includes(name) ? `${service}_${name}` : name, schema] as const,
  )
  return { ...renamed, components: { schemas: Object.fromEntries(named) } }
}

function tagged(operations: Record<string, unknown>, service: string): object {
  return Object.fromEntries(
    Object.entries(operations).map(([method, operation]) => [
      method,
      { tags: [service], ...withGatewayProblems(operation as object) },
    ]),
  )
}
