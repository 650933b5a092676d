import type { Lines } from '@wardstone/service'
import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { duplicateRows, invalidRows } from '../errors.ts'
import { DuplicateRepository } from './duplicate-repository.ts'
import * as events from './events.ts'
import { forbidden, mayRestrict, refuseClinical } from './field-permissions.ts'
import { likeEachOther, withRows } from './import-duplicates.ts'
import { type ReadRows, type RowCheck, readRows } from './import-rows.ts'
import type { Import, ImportReport, RowDuplicates } from './import-schemas.ts'
import { recordedOnce } from './once.ts'
import { RegistrationRepository } from './registration-repository.ts'

/** Of a longer list the first are enough to begin with. */
const MOST_TOLD = 1000

/** Rows may be registered already: thrown to undo what was begun. */
class DuplicateRows extends Error {
  override readonly name = 'DuplicateRows'
  readonly duplicates: RowDuplicates[]

  constructor(duplicates: RowDuplicates[]) {
    super('Rows may be registered already.')
    this.duplicates = duplicates
  }
}

interface ImportOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
  /** Of those who register in one hospital. */
  lines: Lines
}

/** Many patients from one file: all or none. */
export class PatientImport {
  readonly #options: ImportOptions

  constructor(options: ImportOptions) {
    this.#options = options
  }

  /**
   * Stores the patients of a file, or says what would come of it.
   * @throws problem 400 that names bad rows, 409 that names likely duplicates; nothing is stored then
   */
  async run(
    [request, reply]: [FastifyRequest, FastifyReply],
    body: Import,
    check: RowCheck,
  ): Promise<ImportReport> {
    const read = readRows(body, check)
    await refuseForbidden(request, read)
    const tenant = this.#options.database.tenant(request.identity)
    if (body.dry_run) return this.#tried([request, reply], tenant, read)
    if (read.errors.length > 0) throw invalidRows(read.errors.slice(0, MOST_TOLD))
    try {
      return await this.#stored([request, reply], tenant, {
        read,
        isChecked: !body.confirm_duplicates,
      })
    } catch (error) {
      if (!(error instanceof DuplicateRows)) throw error
      await record(request, 'failure', 'possible_duplicate', shownIn(error.duplicates))
      throw duplicateRows(error.duplicates)
    }
  }

  async #tried(
    exchange: [FastifyRequest, FastifyReply],
    tenant: Tenant<Database>,
    read: ReadRows,
  ): Promise<ImportReport> {
    const report = await recordedOnce<ImportReport>(this.#options.keys, exchange, tenant, {
      action: 'patient.imported',
      change: async (inside) => reportOf(read, await likely(inside, read), 0),
      shown: ({ duplicates }) => shownIn(duplicates),
    })
    const { duplicates } = report as ImportReport
    await record(exchange[0], 'failure', 'dry_run', shownIn(duplicates))
    return report as ImportReport
  }

  async #stored(
    exchange: [FastifyRequest, FastifyReply],
    tenant: Tenant<Database>,
    { read, isChecked }: { read: ReadRows; isChecked: boolean },
  ): Promise<ImportReport> {
    const { keys, lines } = this.#options
    const made = await lines.run(tenant.hospitalId, () =>
      recordedOnce<ImportReport>(keys, exchange, tenant, {
        action: 'patient.imported',
        change: (place) => place.together((inside) => store(inside, read, isChecked)),
        shown: () => [],
      }),
    )
    const [request] = exchange
    request.log.info({ request_id: request.id, patients: read.rows }, 'patients imported')
    return made as ImportReport
  }
}

async function store(tenant: Tenant<Database>, read: ReadRows, isChecked: boolean) {
  const registrations = new RegistrationRepository(tenant)
  const numbers = await registrations.reserve(read.good.length)
  if (isChecked) {
    const duplicates = await likely(tenant, read)
    if (duplicates.length > 0) throw new DuplicateRows(duplicates)
  }
  const people = read.good.map(({ fields }) => fields)
  await registrations.createAll(people, numbers, (ids) =>
    events.patientsImported(tenant.identity, ids),
  )
  return reportOf(read, [], people.length)
}

async function likely(tenant: Tenant<Database>, { good }: ReadRows): Promise<RowDuplicates[]> {
  const found = await new DuplicateRepository(tenant).likelyOfMany(good)
  return withRows(found, likeEachOther(good)).slice(0, MOST_TOLD)
}

function reportOf(read: ReadRows, duplicates: RowDuplicates[], created: number): ImportReport {
  return {
    rows: read.rows,
    valid: read.good.length,
    errors: read.errors.slice(0, MOST_TOLD),
    duplicates,
    would_create: read.errors.length === 0 ? read.good.length : 0,
    created,
  }
}

/** A file is no way around the permissions of fields. */
async function refuseForbidden(request: FastifyRequest, { good }: ReadRows): Promise<void> {
  for (const { said } of good) {
    await refuseClinical(request, said)
    if (!mayRestrict(request.identity, false, said))
      throw await forbidden(request, 'patient.restrict')
  }
}

function shownIn(duplicates: RowDuplicates[]): string[] {
  return [...new Set(duplicates.flatMap(({ candidates }) => candidates.map(({ id }) => id)))]
}

async function record(
  { identity, server }: FastifyRequest,
  outcome: 'failure',
  reason: string,
  shown: string[],
): Promise<void> {
  for (const event of events.importShown(identity, { outcome, reason }, shown))
    await server.recordAudit(event)
}
