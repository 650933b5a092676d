import type { Page } from '@wardstone/contracts'
import { type CursorCodec, nameWords, toPage } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { stretchOfDay, textOf } from '../slots/days.ts'
import { type AppointmentFilter, AppointmentListRepository } from './list-repository.ts'
import type {
  AgendaQuery,
  Appointment,
  AppointmentListQuery,
  AppointmentSearch,
} from './schemas.ts'

/** Where pages come from: a hospital's appointments, and the codec of its cursors. */
export interface Shelf {
  tenant: Tenant<Database>
  codec: CursorCodec
}

type After = [string, string] | undefined

/** More words than this say nothing more. */
const MOST_WORDS = 5

/** One page of the hospital's appointments; days in `from` and `to` are of the clock of `timeZone`. */
export async function listAppointments(
  shelf: Shelf,
  query: AppointmentListQuery,
  timeZone: string,
): Promise<Page<Appointment>> {
  const { limit, cursor, count, ordering, status, from, to, ...filter } = query
  const direction = ordering.startsWith('-') ? 'desc' : 'asc'
  const column = ordering.endsWith('created_at') ? 'created_at' : 'starts_at'
  const bounded: AppointmentFilter = {
    ...filter,
    statuses: status && [status],
    from: from && momentOf(from, 'start', timeZone),
    to: to && momentOf(to, 'end', timeZone),
  }
  const scope = ['appointments', ordering, bounded]
  return onePage(shelf, { scope, filter: bounded, column, direction, limit, cursor, count })
}

/** One page of an agenda, in the order of time; `name` and `scope` tell its cursors from others'. */
export function listAgenda(
  shelf: Shelf,
  { limit, cursor, count, status, ...filter }: AgendaQuery,
  agenda: { name: string; from: string; to?: string; statuses?: AppointmentFilter['statuses'] },
): Promise<Page<Appointment>> {
  const { name, from, to, statuses } = agenda
  const asked: AppointmentFilter = { ...filter, statuses: status ? [status] : statuses }
  return onePage(shelf, {
    scope: [`appointments/${name}`, asked, to],
    filter: { ...asked, from, to },
    column: 'starts_at',
    direction: 'asc',
    limit,
    cursor,
    count,
  })
}

/** One page of what the one search box found, the latest first. */
export async function searchAppointments(
  { tenant, codec }: Shelf,
  { q, limit, cursor }: AppointmentSearch,
): Promise<Page<Appointment>> {
  const scope = [tenant.hospitalId, 'appointments/search', q]
  const after = cursor === undefined ? undefined : (codec.decode(scope, cursor) as After)
  const words = nameWords(...q.split(/\s+/))
    .filter((word) => word.length > 1)
    .slice(0, MOST_WORDS)
  const rows = await new AppointmentListRepository(tenant).search(
    { words, mrn: q.trim().toUpperCase() },
    { limit, after },
  )
  return toPage(rows, limit, { codec, scope, position: (row) => [row.starts_at, row.id] })
}

interface PageQuestion {
  scope: readonly unknown[]
  filter: AppointmentFilter
  column: 'starts_at' | 'created_at'
  direction: 'asc' | 'desc'
  limit: number
  cursor: string | undefined
  count: boolean
}

async function onePage(
  { tenant, codec }: Shelf,
  { scope: kind, filter, column, direction, limit, cursor, count }: PageQuestion,
): Promise<Page<Appointment>> {
  const scope = [tenant.hospitalId, ...kind]
  const after = cursor === undefined ? undefined : (codec.decode(scope, cursor) as After)
  const appointments = new AppointmentListRepository(tenant)
  const rows = await appointments.list(filter, { column, direction, limit, after })
  const position = (row: Appointment) => [row[column], row.id]
  const page = toPage(rows, limit, { codec, scope, position })
  return count ? { ...page, count: await appointments.count(filter) } : page
}

/** An instant as it is; of a day the first instant, or as an end the one after its last. */
function momentOf(moment: string, edge: 'start' | 'end', timeZone: string): string {
  return moment.length === 10 ? textOf(stretchOfDay(moment, timeZone)[edge]) : moment
}
