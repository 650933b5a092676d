import { PLACES } from './hospitals.ts'
import type { Person } from './person.ts'

/** Asks for somebody whom nobody knows. */
export async function readUnknown({ client }: Person): Promise<void> {
  const path = `/api/patients/${crypto.randomUUID()}`
  await client.ask({ operation: 'read unknown patient', method: 'GET', path })
}

/** Asks for what the role may not see: the service refuses, and has it on record. */
export async function readAudit({ client, role }: Person): Promise<void> {
  if (role === 'admin') return
  const operation = 'read audit without permission'
  await client.ask({ operation, method: 'GET', path: '/api/audit/events' })
}

/** Names another hospital: the gateway refuses, and has it on record. */
export async function nameAnother({ client }: Person): Promise<void> {
  const [other] = PLACES.filter(({ id }) => id !== client.place.id)
  const headers = { 'x-hospital-id': other?.id as string }
  const operation = 'name another hospital'
  await client.ask({ operation, method: 'GET', path: '/api/patients', headers })
}
