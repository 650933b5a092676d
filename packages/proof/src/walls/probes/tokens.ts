import { randomUUID } from 'node:crypto'
import { accessClaims, encoded, es256, Signer } from '@wardstone/cluster/testing'
import { CITY, CLOSED } from '../../hospitals.ts'
import { addPerson, type Person, tokenOf } from '../../people.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const PATH = '/api/patients'
const ENDED = { sid: randomUUID() }
const LEFT = { sub: randomUUID() }
/** The last sign of a signature, and one that spells the same bytes. */
const SPARE = { A: 'B', Q: 'R', g: 'h', w: 'x' }
let inClosed: Person

/** The gateway believes the tokens that the auth service signed, as long as they are good. */
export const tokens: Probe = {
  services: ['patient'],
  async prepare({ world }) {
    inClosed = await addPerson(world, CLOSED, 'admin')
    await world.sql(
      'auth',
      `insert into revocation (hospital_id, kind, id, revoked_at, expires_at, version) values
        ($1, 'session', $2, now(), now() + interval '1 hour', null),
        ($1, 'membership', $3, now(), now() + interval '1 hour', 2)`,
      [CITY.id, ENDED.sid, LEFT.sub],
    )
  },
  async look(scene, notes) {
    const asked = (token: string) => scene.as(scene.city.admin)(PATH, { token })
    const good = tokenOf(scene.world, scene.city.admin)
    notes.answer('a good token', await asked(good), 200)
    for (const [what, token] of Object.entries(badTokens(scene, good)))
      notes.answer(what, await asked(token), 401, 'unauthenticated')
    const stillMember = tokenOf(scene.world, scene.city.admin, { ...LEFT, membership_version: 2 })
    notes.answer('a token of the membership as it is', await asked(stillMember), 200)
  },
}

function badTokens({ world, city }: Scene, good: string): Record<string, string> {
  const key = world.signer.key()
  const now = Math.floor(Date.now() / 1000)
  const [header = '', payload = '', signature = ''] = good.split('.')
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const of = (changes: object) => tokenOf(world, city.admin, changes as Record<string, unknown>)
  const headed = (changes: object) =>
    es256({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...changes }, claims, key)
  return {
    'an unsigned token': `${encoded({ alg: 'none', typ: 'at+jwt', kid: key.kid })}.${payload}.`,
    'a token signed by somebody else': es256(
      { alg: 'ES256', typ: 'at+jwt', kid: key.kid },
      claims,
      new Signer().key(),
    ),
    'a seen token with another signature': `${header}.${payload}.${signature.split('').reverse().join('')}`,
    'a seen token with other claims': `${header}.${encoded({ ...claims, role: 'doctor' })}.${signature}`,
    'another issuer': of({ iss: 'another' }),
    'another audience': of({ aud: 'another' }),
    'another type': headed({ typ: 'JWT' }),
    'a header that says more': headed({ crit: null }),
    'a good one in another spelling': good.slice(0, -1) + SPARE[good.at(-1) as keyof typeof SPARE],
    'an expired one': of({ iat: now - 7200, exp: now - 3600 }),
    'one without session': of({ sid: undefined }),
    'one without hospital_id': of({ hospital_id: undefined }),
    'one without membership_version': of({ membership_version: undefined }),
    'a role that is none': of({ role: 'root' as never }),
    'a hospital that is no UUID': of({ hospital_id: '1' }),
    'a token with a claim we do not know': of({ scope: 'everything' }),
    'an ended session': of(ENDED),
    'a membership as it was': of(LEFT),
    'a suspended hospital': tokenOf(world, inClosed),
    'claims without a key of ours': es256({ alg: 'ES256' }, accessClaims(), key),
  }
}
