type Cell = (text: string) => unknown

const text: Cell = (value) => value
const truth: Cell = (value) => (value === 'true' ? true : value === 'false' ? false : value)
const number: Cell = (value) => (/^\d{1,9}$/.test(value) ? Number(value) : value)
const json: Cell = (value) => {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** The columns that a CSV file may have, with how a cell is read. */
export const IMPORT_COLUMNS: ReadonlyMap<string, Cell> = new Map([
  ...(
    [
      ...['first_name', 'last_name', 'middle_name', 'date_of_birth', 'gender', 'blood_group'],
      ...['phone', 'email', 'address', 'national_id', 'preferred_language', 'medical_history'],
      ...['allergy_status', 'old_mrn'],
      ...['emergency_contact_name', 'emergency_contact_relationship', 'emergency_contact_phone'],
    ] as const
  ).map((name) => [name, text] as const),
  ['estimated_age', number],
  ['date_of_birth_estimated', truth],
  ['is_restricted', truth],
  ['identifiers', json],
  ['allergies', json],
])

const CONTACT = 'emergency_contact_'

/** The patient of one record; an empty cell says nothing. */
export function rowOf(header: readonly string[], record: readonly string[]): object {
  const row: Record<string, unknown> = {}
  const contact: Record<string, unknown> = {}
  for (const [index, name] of header.entries()) {
    const cell = record[index] ?? ''
    if (cell === '') continue
    const value = IMPORT_COLUMNS.get(name)?.(cell)
    if (name.startsWith(CONTACT)) contact[name.slice(CONTACT.length)] = value
    else if (name === 'old_mrn') row.identifiers = withOld(row.identifiers, cell)
    else if (name === 'identifiers') row.identifiers = joined(value, row.identifiers)
    else row[name] = value
  }
  if (Object.keys(contact).length > 0) row.emergency_contact = contact
  return row
}

function withOld(identifiers: unknown, value: string): unknown {
  return joined(identifiers ?? [], [{ type: 'old_mrn', value }])
}

/** What is no list stays as it is: the schema says so. */
function joined(some: unknown, more: unknown): unknown {
  return Array.isArray(some) && Array.isArray(more) ? [...some, ...more] : some
}
