import type { Lines } from '@wardstone/service'
import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { invalidRows } from '../errors.ts'
import { ImportProgress } from '../imports/progress.ts'
import { DuplicateRepository } from './duplicate-repository.ts'
import * as events from './events.ts'
import { mayRestrict, mayWriteClinical } from './field-permissions.ts'
import { likeEachOther, withRows } from './import-duplicates.ts'
import {
  DuplicateRows,
  ForbiddenRows,
  problemOf,
  reasonOf,
  recordUnstored,
  shownIn,
} from './import-refusals.ts'
import { type ReadRows, type RowCheck, readRows } from './import-rows.ts'
import type { Import, ImportReport, RowDuplicates } from './import-schemas.ts'
import { recordedOnce } from './once.ts'
import { RegistrationRepository } from './registration-repository.ts'

/** Of a longer list the first are enough to begin with. */
const MOST_TOLD = 1000

interface ImportOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
  /** Of those who register in one hospital. */
  lines: Lines
}

/** A file, and who is told how far it is. */
interface Given {
  body: Import
  check: RowCheck
  progress: ImportProgress
}

/** Many patients from one file: all or none. */
export class PatientImport {
  readonly #options: ImportOptions

  constructor(options: ImportOptions) {
    this.#options = options
  }

  /**
   * Stores the patients of a file, or says what would come of it. It begins when its key is known to be
   * new: a repetition is no import.
   * @throws problem 400 that names bad rows, 409 that names likely duplicates; nothing is stored then
   */
  async run(
    exchange: [FastifyRequest, FastifyReply],
    body: Import,
    check: RowCheck,
  ): Promise<ImportReport> {
    const [request] = exchange
    const tenant = this.#options.database.tenant(request.identity)
    const progress = new ImportProgress(tenant, request.log, body.dry_run ?? false)
    const given = { body, check, progress }
    try {
      return await (body.dry_run
        ? this.#tried(exchange, tenant, given)
        : this.#stored(exchange, tenant, given))
    } catch (error) {
      await progress.failed(reasonOf(error))
      throw await problemOf(request, error)
    }
  }

  async #tried(
    exchange: [FastifyRequest, FastifyReply],
    tenant: Tenant<Database>,
    { body, check, progress }: Given,
  ): Promise<ImportReport> {
    const report = await recordedOnce<ImportReport>(this.#options.keys, exchange, tenant, {
      action: 'patient.imported',
      change: async (inside) => {
        const read = await checked(tenant, { body, check, progress })
        const duplicates = await likely(inside, read, progress)
        await progress.completed(inside, 0)
        return reportOf(progress.id, read, { duplicates, created: 0 })
      },
      shown: ({ duplicates }) => shownIn(duplicates),
    })
    const { duplicates } = report as ImportReport
    await recordUnstored(exchange[0], 'dry_run', shownIn(duplicates))
    return report as ImportReport
  }

  async #stored(
    exchange: [FastifyRequest, FastifyReply],
    tenant: Tenant<Database>,
    given: Given,
  ): Promise<ImportReport> {
    const { keys, lines } = this.#options
    const made = await lines.run(tenant.hospitalId, () =>
      recordedOnce<ImportReport>(keys, exchange, tenant, {
        action: 'patient.imported',
        change: async (place) => {
          const read = await checked(tenant, given)
          if (read.errors.length > 0) throw invalidRows(read.errors.slice(0, MOST_TOLD))
          return place.together((inside) => store(inside, read, given))
        },
        shown: () => [],
      }),
    )
    const [request] = exchange
    const { rows: patients, import_id } = made as ImportReport
    request.log.info({ request_id: request.id, import_id, patients }, 'patients imported')
    return made as ImportReport
  }
}

/** The rows of the file. @throws ForbiddenRows when the caller may not write some field of one */
async function checked(
  { identity }: Tenant<Database>,
  { body, check, progress }: Given,
): Promise<ReadRows> {
  progress.tell({ stage: 'checking' })
  const read = await readRows(body, check, (news) => progress.tell(news))
  for (const { said } of read.good) {
    if (!mayWriteClinical(identity, said)) throw new ForbiddenRows('patient.clinical.write')
    if (!mayRestrict(identity, false, said)) throw new ForbiddenRows('patient.restrict')
  }
  return read
}

async function store(
  tenant: Tenant<Database>,
  read: ReadRows,
  { body: { confirm_duplicates }, progress }: Given,
): Promise<ImportReport> {
  const registrations = new RegistrationRepository(tenant)
  const numbers = await registrations.reserve(read.good.length)
  if (!confirm_duplicates) {
    const duplicates = await likely(tenant, read, progress)
    if (duplicates.length > 0) throw new DuplicateRows(duplicates)
  }
  const people = read.good.map(({ fields }) => fields)
  await registrations.createAll(people, numbers, {
    events: (ids) => events.patientsImported(tenant.identity, ids),
    tell: (stage, rows_done) => progress.tell({ stage, rows_done }),
  })
  await progress.completed(tenant, people.length)
  return reportOf(progress.id, read, { duplicates: [], created: people.length })
}

async function likely(
  tenant: Tenant<Database>,
  { good }: ReadRows,
  progress: ImportProgress,
): Promise<RowDuplicates[]> {
  progress.tell({ stage: 'comparing', rows_done: 0 })
  const found = await new DuplicateRepository(tenant).likelyOfMany(good)
  return withRows(found, likeEachOther(good)).slice(0, MOST_TOLD)
}

function reportOf(
  import_id: string,
  read: ReadRows,
  { duplicates, created }: Pick<ImportReport, 'duplicates' | 'created'>,
): ImportReport {
  return {
    import_id,
    rows: read.rows,
    valid: read.good.length,
    errors: read.errors.slice(0, MOST_TOLD),
    duplicates,
    would_create: read.errors.length === 0 ? read.good.length : 0,
    created,
  }
}
