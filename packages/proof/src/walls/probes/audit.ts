import { randomBytes, randomUUID } from 'node:crypto'
import { type AuditEvent, PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const PATIENT = randomUUID()
const STRANGER = randomUUID()
const CANARY = 'riversidecanary_actor'

/** Nothing of another hospital's audit is read. */
export const audit: Probe = {
  services: ['audit'],
  async look(scene, notes) {
    // The other's entries come first and have the same places in the chain.
    const theirs = await append(scene, RIVERSIDE.id, CANARY, 3)
    await append(scene, PLATFORM_HOSPITAL_ID, CANARY, 3)
    const admin = scene.as(scene.city.admin)
    const empty = jsonOf(await admin('/api/audit/verify'))
    notes.same(
      'the verdict on an empty chain',
      [empty.ok, empty.events, empty.head.seq],
      [true, 0, 0],
    )
    const mine = await append(scene, CITY.id, 'somebody', 2)
    for (const [query, ids] of [
      ['limit=100', mine],
      [`patient_id=${PATIENT}`, mine],
      [`patient_id=${STRANGER}`, []],
      [`actor_id=${theirs.actor}`, []],
      ['action=patient.read', mine],
    ] as const) {
      const answer = await admin(`/api/audit/events?${query}`)
      const found = jsonOf(answer).results.map((event: AuditEvent) => event.id)
      notes.same(`the events with ${query}`, found.sort(), [...ids].sort())
      notes.hides(`the events with ${query}`, answer.text, new RegExp(CANARY))
    }
    for (const [path, count] of [
      ['/api/audit/export', mine.length],
      [`/api/audit/export?patient_id=${PATIENT}`, mine.length],
      ['/api/audit/export?format=csv', mine.length + 1],
    ] as const) {
      const { text } = await admin(path)
      notes.same(`the lines of ${path}`, text.split('\n').length - 1, count)
      notes.hides(`the lines of ${path}`, text, new RegExp(CANARY))
    }
    const log = await admin(`/api/patients/${PATIENT}/access-log`)
    notes.same('who saw a patient', jsonOf(log).results.length, mine.length)
    notes.hides('who saw a patient', log.text, new RegExp(CANARY))
    const checkpoints = await admin('/api/audit/checkpoints?limit=100')
    notes.same('the checkpoints', jsonOf(checkpoints).results.length, 0)
  },
}

/** Entries as they would be in a chain, but for their hashes: reading is what is tried here. */
async function append({ world }: Scene, hospitalId: string, username: string, count: number) {
  const actor = randomUUID()
  const ids = Object.assign([] as string[], { actor })
  for (let seq = 1; seq <= count; seq += 1) {
    const id = randomUUID()
    ids.push(id)
    const event = { ...eventOf(id, actor, username), hospital_id: hospitalId }
    await world.sql(
      'audit',
      `insert into event (hospital_id, seq, event_id, occurred_at, happened_at, action, outcome,
        actor_id, payload_canon, prev_hash, hash)
        values ($1, $2, $3, $4::text, $4::text::timestamptz, $5, 'success', $6, $7, $8, $9)`,
      [
        hospitalId,
        seq,
        id,
        event.occurred_at,
        event.action,
        actor,
        JSON.stringify(event),
        randomBytes(32),
        randomBytes(32),
      ],
    )
    for (const patient of hospitalId === CITY.id ? [PATIENT] : [PATIENT, STRANGER]) {
      await world.sql(
        'audit',
        'insert into event_patient (hospital_id, patient_id, seq) values ($1, $2, $3)',
        [hospitalId, patient, seq],
      )
    }
  }
  await world.sql('audit', 'insert into chain_head (hospital_id, seq, hash) values ($1, $2, $3)', [
    hospitalId,
    count,
    randomBytes(32),
  ])
  if (hospitalId !== CITY.id)
    await world.sql(
      'audit',
      'insert into checkpoint (hospital_id, seq, note) values ($1, $2, $3)',
      [hospitalId, count, CANARY],
    )
  return ids
}

function eventOf(id: string, actor: string, username: string) {
  const now = new Date().toISOString()
  return {
    id,
    occurred_at: now,
    recorded_at: now,
    service: 'patient',
    action: 'patient.read',
    outcome: 'success',
    actor: { id: actor, username, role: 'admin', session_id: null, ip: '', user_agent: null },
    patient_ids: [PATIENT],
    request_id: randomUUID(),
  }
}
