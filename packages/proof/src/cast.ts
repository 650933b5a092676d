import { createHash, randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { CANARY } from './canaries.ts'
import { CITY, CLOSED, type Hospital, openHospital, RIVERSIDE } from './hospitals.ts'
import { addImport } from './imports.ts'
import { addMembers, addPerson, type Person } from './people.ts'
import { addVisits } from './visits.ts'

/** How many of each there are: enough for more than one page of a list. */
const RECORDED = 3

type Members = Awaited<ReturnType<typeof addMembers>>

/** Everybody who asks in the matrix. */
export interface Cast {
  city: Members
  riverside: Members
  platform: Person
  /** People of City whose tokens verify and are dead all the same, by what ended them. */
  ended: Record<'session' | 'membership' | 'disabled', Person>
  /** The administrator of a hospital that is suspended. */
  closed: Person
}

/**
 * Stores the hospitals, their people and what only events would bring: sessions that ended,
 * memberships that changed, the record of the audit. For a world whose gateways are yet to open, so
 * that they know from their first look who is to be refused.
 */
export async function furnish(world: World): Promise<Cast> {
  for (const hospital of [CITY, RIVERSIDE]) await openHospital(world, hospital)
  await openHospital(world, CLOSED, { active: false })
  const cast: Cast = {
    city: await addMembers(world, CITY),
    riverside: await addMembers(world, RIVERSIDE),
    platform: await addPerson(world, null, 'platform_admin'),
    ended: {
      session: await addPerson(world, CITY, 'admin', { username: 'signed_out' }),
      membership: await addPerson(world, CITY, 'admin', { username: 'changed' }),
      disabled: await addPerson(world, CITY, 'admin', { username: 'off', status: 'disabled' }),
    },
    closed: await addPerson(world, CLOSED, 'admin'),
  }
  if (world.services.auth) {
    for (let more = 1; more < RECORDED; more += 1) await addSession(world, cast.riverside.admin)
    for (const { admin } of [cast.city, cast.riverside]) await addGlasses(world, admin)
    await endTokens(world, cast)
  }
  for (const hospital of [CITY, RIVERSIDE]) {
    await record(world, hospital)
    if (world.services.appointment) await addVisits(world, hospital)
    for (let more = 0; world.services.patient && more < RECORDED; more += 1)
      await addImport(world, hospital)
  }
  return cast
}

/** A further session of a person, open. */
export async function addSession(world: World, person: Person): Promise<string> {
  const id = randomUUID()
  await world.sql(
    'auth',
    `insert into session (hospital_id, id, account_id, ip, user_agent, expires_at)
      values ($1, $2, $3, '127.0.0.1', $4, now() + interval '1 day')`,
    [person.hospital?.id ?? PLATFORM_HOSPITAL_ID, id, person.account_id, person.hospital?.name],
  )
  return id
}

/** Who broke a glass, for the report of the hospital. */
async function addGlasses(world: World, { account_id, hospital, username }: Person): Promise<void> {
  for (let more = 0; more < RECORDED; more += 1) {
    await world.sql(
      'auth',
      `insert into break_glass (hospital_id, id, session_id, account_id, username, role, patient_id,
          reason_code, reason_text, expires_at)
        values ($1, $2, $3, $4, $5, 'admin', $3, 'TREAT', $6, now())`,
      [hospital?.id, randomUUID(), randomUUID(), account_id, username, `Word of ${hospital?.name}`],
    )
  }
}

async function endTokens(world: World, { ended }: Cast): Promise<void> {
  const { session, membership, disabled } = ended
  for (const { account_id } of [membership, disabled])
    await world.sql('auth', 'update membership set version = 2 where account_id = $1', [account_id])
  await world.sql('auth', 'update session set ended_at = now(), end_reason = $2 where id = $1', [
    session.session_id,
    'logout',
  ])
  await world.sql(
    'auth',
    `insert into revocation (hospital_id, kind, id, version, revoked_at, expires_at)
      select $1, kind, id, version, now(), now() + interval '1 hour' from (values
        ('session', $2::uuid, null), ('membership', $3, 2), ('membership', $4, 2))
        as revoked (kind, id, version)`,
    [CITY.id, session.session_id, membership.account_id, disabled.account_id],
  )
}

async function record(world: World, hospital: Hospital): Promise<void> {
  if (!world.services.audit) return
  const word = hospital === RIVERSIDE ? CANARY : 'City'
  for (let seq = 1; seq <= RECORDED; seq += 1) {
    await world.sql(
      'audit',
      `insert into checkpoint (hospital_id, seq, note) values ($1, $2, $3)`,
      [hospital.id, seq, `${word} ${hospital.id}`],
    )
    await recordEvent(world, hospital, word, seq)
  }
}

async function recordEvent(world: World, hospital: Hospital, word: string, seq: number) {
  const event = {
    id: randomUUID(),
    occurred_at: new Date().toISOString(),
    hospital_id: hospital.id,
    service: 'patient',
    action: 'patient.read',
    outcome: 'success',
    reason: word,
    actor: {
      id: randomUUID(),
      username: word,
      role: 'admin',
      session_id: randomUUID(),
      ip: '127.0.0.1',
      user_agent: word,
    },
    entity: { type: 'patient', id: hospital.id },
    request_id: randomUUID(),
    recorded_at: new Date().toISOString(),
  }
  const hash = (at: number) => createHash('sha256').update(`${hospital.id} ${at}`).digest()
  await world.sql(
    'audit',
    `insert into event (hospital_id, seq, event_id, occurred_at, happened_at, action, outcome,
        actor_id, payload_canon, prev_hash, hash)
      values ($1, $2, $3, $4::text, $4::text::timestamptz, $5, $6, $7, $8, $9, $10)`,
    [
      ...[hospital.id, seq, event.id, event.occurred_at, event.action, event.outcome],
      ...[event.actor.id, JSON.stringify(event), hash(seq - 1), hash(seq)],
    ],
  )
}
