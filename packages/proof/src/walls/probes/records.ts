import type { ServiceName } from '@wardstone/contracts'
import { type Answer, jsonOf } from '../../ask.ts'
import { RIVERSIDE } from '../../hospitals.ts'
import type { Probe } from '../probe.ts'
import { recorded } from '../recorded.ts'
import { aNewcomer } from './patients.ts'

/** What was answered is on record by then: reads, changes and denials, each once. */
export const records: Probe = {
  services: ['patient', 'audit'],
  async look(scene, notes) {
    const [admin, nurse] = [scene.as(scene.city.admin), scene.as(scene.city.nurse)]
    const created = await admin('/api/patients', { method: 'POST', body: aNewcomer() })
    const path = `/api/patients/${jsonOf(created).id}`
    const asked: [ServiceName, string, Answer][] = [
      ['patient', 'patient.created', created],
      ['patient', 'patient.read', await admin(path)],
      ['patient', 'patient.listed', await admin('/api/patients')],
      ['patient', 'patient.searched', await admin('/api/patients/search?q=okafor')],
      ['patient', 'patient.stats_read', await admin('/api/patients/stats')],
      ['patient', 'patient.import_read', await admin('/api/patients/imports')],
      [
        'patient',
        'patient.updated',
        await admin(path, { method: 'PATCH', body: { phone: '555' } }),
      ],
      ['patient', 'access.denied', await nurse(path, { method: 'DELETE' })],
      ['patient', 'access.denied', await scene.as(scene.platform)('/api/patients')],
      [
        'patient',
        'security.hospital_mismatch',
        await admin(`/api/patients?hospital_id=${RIVERSIDE.id}`),
      ],
      ['patient', 'patient.read', await admin(`/api/patients/${RIVERSIDE.id}`)],
      ['hospital', 'access.denied', await admin(`/api/hospitals/${RIVERSIDE.id}`)],
      ['audit', 'audit.read', await admin('/api/audit/events')],
      ['auth', 'auth.logout', await nurse('/api/auth/logout', { method: 'POST' })],
    ]
    for (const [service, action, answer] of asked) {
      const events = await recorded(scene, service, answer)
      notes.same(
        action,
        events.map((event) => event.action),
        [action],
      )
    }
  },
}
