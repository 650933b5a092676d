import type { Page } from '@wardstone/contracts'
import type { CursorCodec } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { orderOf, pageOf } from '../records/window.ts'
import { DoctorRepository } from './repository.ts'
import type { Doctor, DoctorListQuery, DoctorSearch } from './schemas.ts'

/** One page of the hospital's doctors. */
export async function listDoctors(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { limit, cursor, count, ordering, ...filter }: DoctorListQuery,
): Promise<Page<Doctor>> {
  const doctors = new DoctorRepository(tenant)
  const scope = [tenant.hospitalId, 'doctors', ordering, filter]
  const page = await pageOf({ codec, scope, limit, cursor }, orderOf(ordering), (window) =>
    doctors.list(filter, window),
  )
  return count ? { ...page, count: await doctors.count(filter) } : page
}

/** One page of what the search box found, by name. */
export function searchDoctors(
  tenant: Tenant<Database>,
  codec: CursorCodec,
  { limit, cursor, ...filter }: DoctorSearch,
): Promise<Page<Doctor>> {
  const doctors = new DoctorRepository(tenant)
  const scope = [tenant.hospitalId, 'doctors/search', filter]
  return pageOf({ codec, scope, limit, cursor }, orderOf('name'), (window) =>
    doctors.list(filter, window),
  )
}
