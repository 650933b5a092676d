import { randomUUID } from 'node:crypto'
import { callerOf, type TestCaller, World, type WorldOptions } from '@wardstone/cluster/testing'
import type { AuditEvent, ServiceName } from '@wardstone/contracts'
import type { Test } from 'tap'

/** A hospital as its members' identities name it. */
export interface TestHospital {
  hospital_id: string
  hospital_name: string
}

const SERVICES = ['hospital', 'patient', 'appointment'] as const

/** The appointment service with those it asks, each on a database of its own, and two hospitals. */
export async function open(t: Test, options: WorldOptions = {}) {
  const world = await World.start({ services: SERVICES, gateways: 0, ...options })
  t.teardown(() => world.close())

  const calling = (service: ServiceName, caller: TestCaller) => {
    const { app, identityKey } = world.services[service]
    return callerOf(app, service, caller, identityKey)
  }
  const hospital = async (fields: object = {}): Promise<TestHospital> => {
    const name = `Hospital ${randomUUID()}`
    const admin = { username: 'first', email: 'first@example.org', first_name: 'A', last_name: 'B' }
    const platform = calling('hospital', { role: 'platform_admin' })
    const created = await platform.post('/api/hospitals', { payload: { name, admin, ...fields } })
    return { hospital_id: created.json().id, hospital_name: name }
  }
  const made = async (service: ServiceName, at: TestHospital, path: string, payload: object) => {
    const answer = await calling(service, { role: 'admin', ...at }).post(path, { payload })
    if (answer.statusCode !== 201) throw new Error(`${path}: ${answer.body}`)
    return answer.json()
  }
  const city = await hospital()
  return {
    world,
    calling,
    hospital,
    city,
    /** Somebody of City, or of another hospital, at the desk of the appointment service. */
    as: (role: TestCaller['role'] = 'receptionist', at = city) =>
      calling('appointment', { role, ...at }),
    doctor: (at = city, fields: object = {}) =>
      made('hospital', at, '/api/doctors', { ...aDoctor(), ...fields }),
    patient: (at = city, fields: object = {}) =>
      made('patient', at, '/api/patients', { ...aPatient(), ...fields }),
    auditEvents: async (): Promise<AuditEvent[]> => {
      const rows = await world.sql<{ payload: string }>(
        'appointment',
        "select payload from outbox where subject like 'audit.%' order by id",
      )
      return rows.flatMap(({ payload }) => JSON.parse(payload).events)
    },
  }
}

/** As many letters as make a name of its own. */
const someLetters = () =>
  randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 12)

function aDoctor() {
  return {
    first_name: 'Grace',
    last_name: `Hopper${someLetters()}`,
    specialization: 'cardiology',
    license_number: randomUUID(),
    phone: '+1 202 555 0143',
    email: 'grace@example.org',
    education: 'MD',
  }
}

function aPatient() {
  return { first_name: 'Amina', last_name: `Okafor${someLetters()}`, date_of_birth: '1984-05-17' }
}

/** So many hours from now, on the full hour. */
export function inHours(hours: number): string {
  const hour = 3_600_000
  return new Date((Math.floor(Date.now() / hour) + hours) * hour).toISOString()
}
