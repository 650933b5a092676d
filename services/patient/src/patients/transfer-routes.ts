import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import { type Lines, type ServicePlugin, STREAMED_WITHIN_MS } from '@wardstone/service'
import type { IdempotencyKeys, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { tooManyImports } from '../errors.ts'
import { exportPatients } from './export.ts'
import { PatientImport } from './import.ts'
import type { RowCheck } from './import-rows.ts'
import {
  IMPORT_LIMIT,
  ImportReportSchema,
  ImportRowSchema,
  ImportSchema,
} from './import-schemas.ts'

interface TransferRoutesOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
  lines: Lines
}

const MEDIA_TYPES = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
}
/** Each holds its whole file in memory. */
const IMPORTS_AT_ONCE = 4
/** Storing many takes longer than one. */
const IMPORT_TIMEOUT_MS = 25_000

/** All patients of the caller's hospital at once: out as a file, in from one. */
export const transferRoutes: ServicePlugin<TransferRoutesOptions> = async (app, options) => {
  const { database } = options
  const imports = new PatientImport(options)
  const underWay = new Set<FastifyRequest>()

  app.get(
    '/export',
    {
      config: { permission: 'patient.export' },
      handlerTimeout: STREAMED_WITHIN_MS,
      schema: {
        querystring: Type.Object(
          { format: Type.Union([Type.Literal('csv'), Type.Literal('ndjson')], { default: 'csv' }) },
          { additionalProperties: false },
        ),
        response: {
          200: {
            description: 'all patients of the hospital, oldest registration first',
            content: {
              'text/csv': { schema: Type.String() },
              'application/x-ndjson': { schema: Type.String() },
            },
          },
        },
      },
    },
    async ({ identity, query: { format } }, reply) => {
      const lines = exportPatients(database.tenant(identity), app.recordAudit, format)
      const first = await firstPages(lines)
      reply.type(MEDIA_TYPES[format])
      reply.header('content-disposition', `attachment; filename="patients.${format}"`)
      // The document calls a file a string; it is sent as it comes.
      return reply.send(Readable.from(joined(first, lines)) as unknown as string)
    },
  )

  app.addHook('onResponse', async (request) => {
    underWay.delete(request)
  })
  app.post(
    '/import',
    {
      bodyLimit: IMPORT_LIMIT,
      handlerTimeout: IMPORT_TIMEOUT_MS,
      config: { permission: 'patient.import', idempotent: true, problems: [409] },
      schema: {
        body: ImportSchema,
        response: { 200: ImportReportSchema, 201: ImportReportSchema },
      },
      onRequest: async (request) => {
        if (underWay.size >= IMPORTS_AT_ONCE) throw tooManyImports()
        underWay.add(request)
      },
    },
    async (request, reply) => {
      const check = request.compileValidationSchema(ImportRowSchema, 'body') as RowCheck
      const report = await imports.run([request, reply], request.body, check)
      return reply.code(request.body.dry_run ? 200 : 201).send(report)
    },
  )
}

/** The head and the first page: what fails, fails before an answer has begun. */
async function firstPages(lines: AsyncGenerator<string>): Promise<string> {
  const head = await lines.next()
  const page = await lines.next()
  return `${head.value ?? ''}${page.value ?? ''}`
}

async function* joined(first: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first !== '') yield first
  yield* rest
}
