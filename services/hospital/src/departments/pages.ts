import type { Page } from '@wardstone/contracts'
import type { CursorCodec } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { orderOf, pageOf } from '../records/window.ts'
import { DepartmentRepository } from './repository.ts'
import type { Department, DepartmentListQuery, DepartmentSearch } from './schemas.ts'

/** One page of the hospital's departments. */
export async function listDepartments(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { limit, cursor, count, ordering, ...filter }: DepartmentListQuery,
): Promise<Page<Department>> {
  const departments = new DepartmentRepository(tenant)
  const scope = [tenant.hospitalId, 'departments', ordering, filter]
  const page = await pageOf({ codec, scope, limit, cursor }, orderOf(ordering), (window) =>
    departments.list(filter, window),
  )
  return count ? { ...page, count: await departments.count(filter) } : page
}

/** One page of what the search box found, by name. */
export function searchDepartments(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { limit, cursor, ...filter }: DepartmentSearch,
): Promise<Page<Department>> {
  const departments = new DepartmentRepository(tenant)
  const scope = [tenant.hospitalId, 'departments/search', filter]
  return pageOf({ codec, scope, limit, cursor }, orderOf('name'), (window) =>
    departments.list(filter, window),
  )
}
