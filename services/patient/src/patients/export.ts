import { isGranted } from '@wardstone/contracts'
import { csvRecord } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { CLINICAL } from './clinical.ts'
import * as events from './events.ts'
import type { RecordAudit } from './reading.ts'
import { PatientRepository } from './repository.ts'
import type { Patient } from './schemas.ts'

/** As many patients as one audit event can name: each page is on record before it leaves. */
const AT_ONCE = 200

const CONTACT = ['name', 'relationship', 'phone'] as const
const COLUMNS = [
  ...['id', 'mrn', 'first_name', 'last_name', 'middle_name', 'date_of_birth'],
  ...['date_of_birth_estimated', 'gender', 'blood_group', 'phone', 'email', 'address'],
  ...['national_id', 'identifiers', 'preferred_language', 'is_active', 'is_unknown'],
  ...['is_restricted', 'created_at', 'updated_at', 'version'],
] as readonly (keyof Patient)[]

export type ExportFormat = 'csv' | 'ndjson'

/**
 * All patients of the hospital as text, as the caller may see them, page by page: no more than one
 * page is in memory, and a client that goes away ends it.
 */
export async function* exportPatients(
  tenant: Tenant<Database>,
  recordAudit: RecordAudit,
  format: ExportFormat,
): AsyncGenerator<string> {
  const lines = format === 'csv' ? csvOf(tenant) : ndjson
  yield lines.head
  let after: readonly [string, string] | undefined
  for (;;) {
    const window = { column: 'created_at', direction: 'asc', limit: AT_ONCE, after } as const
    const rows = await new PatientRepository(tenant).list({}, window)
    const page = rows.slice(0, AT_ONCE)
    await recordAudit(
      events.patientsExported(
        tenant.identity,
        page.map(({ id }) => id),
      ),
    )
    yield page.map(({ sort_key: _, ...patient }) => lines.line(patient)).join('')
    const last = page.at(-1)
    if (rows.length <= AT_ONCE || !last) return
    after = [last.sort_key, last.id]
  }
}

interface Lines {
  head: string
  line(patient: Patient): string
}

const ndjson: Lines = { head: '', line: (patient) => `${JSON.stringify(patient)}\n` }

function csvOf({ identity }: Tenant<Database>): Lines {
  const clinical = isGranted(identity.role, 'patient.clinical.read') ? CLINICAL : []
  const contact = CONTACT.map((member) => `emergency_contact_${member}`)
  return {
    head: csvRecord([...COLUMNS, ...contact, ...clinical]),
    line: (patient) =>
      csvRecord([
        ...COLUMNS.map((column) => patient[column]),
        ...CONTACT.map((member) => patient.emergency_contact?.[member]),
        ...clinical.map((column) => patient[column]),
      ]),
  }
}
