import { randomUUID } from 'node:crypto'
import { CANARY } from './canaries.ts'
import { CITY, type Hospital, RIVERSIDE } from './hospitals.ts'
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
  'POST /api/appointments': (known, { hospital }) => ({
    ...meeting(known, hospital ?? CITY),
    reason: hospital === RIVERSIDE ? CANARY : 'a cough',
  }),
  'POST /api/appointments/series': (known, { hospital }) => ({
    ...daily(known, hospital ?? CITY),
    recurrence: { frequency: 'daily', count: 2 },
  }),
  'PUT /api/appointments/{id}': (known, { hospital }) => {
    const { patient_id: _, ...moved } = meeting(known, hospital ?? CITY)
    return moved
  },
  'PATCH /api/appointments/{id}': () => ({ notes: randomUUID() }),
  'POST /api/appointments/{id}/transitions': () => ({ to: 'confirmed' }),
  'PATCH /api/appointments/{id}/series': () => ({ scope: 'all', notes: randomUUID() }),
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
  'POST /api/patients/import': () => ({
    format: 'csv',
    content: `first_name,last_name,date_of_birth\nSample,${randomUUID()},1984-02-29`,
    confirm_duplicates: true,
  }),
  'PATCH /api/hospitals/{id}': () => ({ address: `${randomUUID()} Street` }),
  'POST /api/departments': (_, { hospital }) => ({
    name: wordOf(hospital),
    code: `${wordOf(hospital)} ${randomUUID().slice(0, 8)}`,
    description: wordOf(hospital),
  }),
  'POST /api/doctors': ({ made }, { hospital }) => ({
    first_name: wordOf(hospital),
    last_name: wordOf(hospital),
    specialization: 'cardiology',
    license_number: `${wordOf(hospital)} ${randomUUID().slice(0, 8)}`,
    department_id: made('POST /api/departments', hospital ?? CITY),
    bio: wordOf(hospital),
  }),
  'PUT /api/doctors/{id}/availability': () => ({
    slot_minutes: 15 + Math.floor(Math.random() * 60),
    available_times: [{ day_of_week: 'mon', start_time: '08:00', end_time: '12:00' }],
  }),
  'POST /api/doctors/{id}/exceptions': (_, { hospital }) => ({
    kind: 'leave',
    starts_on: '2026-07-01',
    ends_on: '2026-07-14',
    note: wordOf(hospital),
  }),
  'POST /api/holidays': (_, { hospital }) => ({ date: someDay(), name: wordOf(hospital) }),
}

/** The word that everything of a hospital is called by. */
function wordOf(hospital: Hospital | null): string {
  return hospital === RIVERSIDE ? CANARY : 'City'
}

/** A day that hardly anybody else means. */
function someDay(): string {
  return new Date(Math.floor(Math.random() * 250_000_000) * 1_000_000).toISOString().slice(0, 10)
}

let meetings = 0

const HOUR_MS = 3_600_000

/** A patient and a doctor of a hospital, at an hour that nobody else asks for. */
function meeting({ made }: Known, hospital: Hospital) {
  meetings += 1
  return {
    patient_id: made('POST /api/patients', hospital),
    doctor_id: made('POST /api/doctors', hospital),
    starts_at: new Date(Date.now() + (48 + meetings) * HOUR_MS).toISOString(),
    // The hours of the doctor are another proof's matter.
    confirm_unavailable: true,
  }
}

/** As `meeting`, where the same hour of the next day is free too. */
function daily(known: Known, hospital: Hospital) {
  const people = meeting(known, hospital)
  const day = 300 + 2 * Math.floor(meetings / 24)
  const starts_at = new Date(Date.now() + (day * 24 + (meetings % 24)) * HOUR_MS).toISOString()
  return { ...people, starts_at }
}

/** Operations whose fields do not all go together, which a schema does not say: the `least` of a sample, and what a whole one leaves out. */
export const FITTING: Readonly<
  Record<string, { least?: readonly string[]; without: readonly string[] }>
> = {
  'POST /api/patients': {
    least: ['first_name', 'last_name', 'date_of_birth', 'confirm_duplicate'],
    without: ['estimated_age', 'is_unknown', 'allergy_status'],
  },
  'PUT /api/patients/{id}': { without: ['allergy_status'] },
  'PATCH /api/patients/{id}': { without: ['allergy_status'] },
}

/** Ids that a service repeats and cannot look up, since the record is another service's. */
export const REPEATED: Readonly<Record<string, readonly string[]>> = {
  'POST /api/break-glass': ['patient_id'],
  'POST /api/appointments': ['department_id'],
  'POST /api/appointments/series': ['department_id'],
  'PUT /api/appointments/{id}': ['department_id'],
  'PATCH /api/appointments/{id}': ['department_id'],
  'PATCH /api/appointments/{id}/series': ['department_id'],
  'POST /api/doctors': ['user_id'],
  'PUT /api/doctors/{id}': ['user_id'],
  'PATCH /api/doctors/{id}': ['user_id'],
}

/** The id for a field of a body: one that `hospital` may name. */
export function idFor(field: string, { made }: Known, hospital: Hospital = CITY) {
  if (field === 'hospital_id') return hospital.id
  if (field === 'patient_id') return made('POST /api/patients', hospital)
  if (field === 'department_id') return made('POST /api/departments', hospital)
  if (/^(head_)?doctor_id$/.test(field)) return made('POST /api/doctors', hospital)
  if (field === 'user_id') return randomUUID()
  return undefined
}
