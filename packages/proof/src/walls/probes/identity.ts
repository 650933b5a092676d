import { randomUUID } from 'node:crypto'
import {
  identityContract,
  type TestCaller,
  testIdentity,
  type World,
} from '@wardstone/cluster/testing'
import { CITY } from '../../hospitals.ts'
import type { Notes, Probe } from '../probe.ts'

/** A service believes the gateway's identity token and nothing else. */
export const identity: Probe = {
  services: ['patient', 'audit'],
  async look({ world, city }, notes) {
    const { app, identityKey: key } = world.services.patient
    const caller = {
      role: 'admin',
      hospital_id: CITY.id,
      hospital_name: CITY.name,
      user_id: city.admin.account_id,
    } as const
    const contract = { service: 'patient', url: '/api/patients', caller, key }
    const { right, wrong } = await identityContract(app, contract)
    for (const { what, status } of right) notes.same(what, status, 200)
    for (const { what, status, queries } of wrong) {
      notes.same(what, status, 401)
      notes.same(`${what}: connections to the database`, queries, 0)
    }

    const request = { service: 'patient', method: 'POST', url: '/api/patients/search', key }
    const once = { ...caller, request_id: randomUUID() }
    const send = () =>
      app.inject({
        method: 'POST',
        url: request.url,
        headers: testIdentity(once, request),
        payload: { q: 'somebody' },
      })
    notes.same('a write', (await send()).statusCode, 200)
    notes.same('the same write again', (await send()).statusCode, 401)

    await askAsPeer(world, notes, caller)

    const internal = { service: 'auth', method: 'GET', url: '/internal/revocations' }
    const auth = world.services.auth
    const asked = async (role: 'admin' | 'system') =>
      auth.app.inject({
        url: internal.url,
        headers: testIdentity({ ...caller, role }, { ...internal, key: auth.identityKey }),
      })
    notes.same('an internal route for a person', (await asked('admin')).statusCode, 403)
    const otherKey = { ...internal, key: world.services.audit.identityKey }
    const forged = await auth.app.inject({
      url: internal.url,
      headers: testIdentity({ ...caller, role: 'system' }, otherKey),
    })
    notes.same('signed with the key of another service', forged.statusCode, 401)
  },
}

/** A service that may ask something is believed there, as itself, and nowhere else. */
async function askAsPeer(world: World, notes: Notes, caller: TestCaller): Promise<void> {
  const key = world.peerKey('appointment', 'patient')
  const ask = async (url: string, who: TestCaller) => {
    const request = { service: 'patient', method: 'GET', url, key }
    const claims = { iss: 'wardstone-appointment' } as const
    const headers = testIdentity(who, { ...request, claims })
    return (await world.services.patient.app.inject({ url, headers })).statusCode
  }
  const username = 'wardstone-appointment'
  const itself = { role: 'system', username, hospital_id: CITY.id } as const
  const reference = `/internal/patients?ids=${randomUUID()}`
  notes.same('what a service may ask', await ask(reference, itself), 200)
  notes.same('what it may not ask', await ask('/api/patients', itself), 401)
  notes.same('a service as a person', await ask(reference, caller), 401)
}
