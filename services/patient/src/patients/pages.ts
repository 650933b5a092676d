import type { Page } from '@wardstone/contracts'
import { type CursorCodec, toPage } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { PatientRepository } from './repository.ts'
import type { Patient, PatientListQuery, PatientSearch } from './schemas.ts'
import { PatientSearchRepository, type SearchPosition } from './search-repository.ts'

const COLUMNS = {
  created_at: 'created_at',
  name: 'name_sort',
  date_of_birth: 'date_of_birth',
} as const

/** One page of the hospital's patients. */
export async function listPatients(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  query: PatientListQuery,
): Promise<Page<Patient>> {
  const { limit, cursor, count, ordering, ...filter } = query
  const direction = ordering.startsWith('-') ? 'desc' : 'asc'
  const column = COLUMNS[ordering.replace('-', '') as keyof typeof COLUMNS]
  const scope = [tenant.hospitalId, 'patients', ordering, filter]
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)

  const patients = new PatientRepository(tenant)
  const rows = await patients.list(filter, {
    column,
    direction,
    limit,
    after: after as [string, string] | undefined,
  })
  const page = toPage(rows, limit, { codec, scope, position: (row) => [row.sort_key, row.id] })
  return count ? { ...page, count: await patients.count(filter) } : page
}

/** One page of what the one search box found, best matches first. */
export async function searchPatients(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { q, is_active, limit, cursor }: PatientSearch,
): Promise<Page<Patient>> {
  const scope = [tenant.hospitalId, 'patients/search', q, is_active]
  const after = cursor === undefined ? undefined : codec.decode(scope, cursor)
  const rows = await new PatientSearchRepository(tenant).search(q, {
    is_active,
    limit,
    after: after as SearchPosition | undefined,
  })
  return toPage(rows, limit, { codec, scope, position: (row) => [row.rank, row.name_sort, row.id] })
}
