import { randomUUID } from 'node:crypto'
import { CITY, type Hospital } from './hospitals.ts'
import { type Keyholder, OPEN, PASSWORD, registration } from './keyholder.ts'
import type { Person } from './people.ts'

/** What bodies may speak of. */
interface Known {
  keyholder: () => Keyholder
  /** The id of what a POST made for a hospital. */
  made: (operation: string, hospital: Hospital) => string
}

/** Bodies that their schema does not tell: what must be known, and fields that need more than the route's permission. */
export const BODIES: Readonly<Record<string, (known: Known, person: Person) => object>> = {
  'POST /api/auth/login': ({ keyholder }) => {
    const { username, password } = keyholder()
    return { username, password }
  },
  'POST /api/auth/refresh': ({ keyholder }) => ({ refresh_token: keyholder().refresh_token }),
  'POST /api/auth/register': registration,
  'POST /api/auth/password': () => ({
    current_password: PASSWORD,
    new_password: `${PASSWORD}, changed`,
  }),
  'POST /api/auth/memberships': () => ({ hospital_id: OPEN.id }),
  'POST /api/auth/switch': (_, { hospital }) => ({ hospital_id: hospital?.id ?? null }),
  'POST /api/break-glass': (_, { hospital }) => ({
    password: PASSWORD,
    reason_code: 'ETREAT',
    reason_text: 'because the proof has to look',
    ...(hospital ? { patient_id: randomUUID() } : { hospital_id: CITY.id }),
  }),
  'POST /api/invitations/first-admin': () => {
    const { username, email, first_name, last_name } = registration()
    return { hospital_id: OPEN.id, admin: { username, email, first_name, last_name } }
  },
  'PATCH /api/hospitals/{id}': () => ({ address: `${randomUUID()} Street` }),
}

/** Ids that a service repeats and cannot look up, since the record is another service's. */
export const REPEATED: Readonly<Record<string, readonly string[]>> = {
  'POST /api/break-glass': ['patient_id'],
}

/** The id for a field of a body: one that `hospital` may name. */
export function idFor(field: string, { made }: Known, hospital: Hospital = CITY) {
  if (field === 'hospital_id') return hospital.id
  if (field === 'patient_id') return made('POST /api/patients', hospital)
  return undefined
}
