import { connect } from 'node:net'
import { testIdentity } from '@wardstone/cluster/testing'
import { ask, jsonOf } from '../../ask.ts'
import { CITY, RIVERSIDE } from '../../hospitals.ts'
import { tokenOf } from '../../people.ts'
import type { Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

/** Nothing a client sends beside its token says who it is, and nothing but the API is reached. */
export const gateway: Probe = {
  services: ['patient', 'audit'],
  async look(scene, notes) {
    const { world, city, platform } = scene
    const [admin, nurse] = [scene.as(city.admin), scene.as(city.nurse)]
    const named = (id: string) => admin('/api/patients', { headers: { 'x-hospital-id': id } })
    notes.answer('the own hospital named', await named(CITY.id), 200)
    notes.answer('another hospital named', await named(RIVERSIDE.id), 403, 'hospital_mismatch')
    notes.answer('no hospital named', await named(''), 403, 'hospital_mismatch')
    const stamped = { 'x-user-role': 'admin', 'x-user-id': city.admin.account_id }
    notes.answer('stamps of a client', await nurse('/api/audit/events', { headers: stamped }), 403)
    const stranger = scene.as(platform)
    const inCity = { 'x-hospital-id': CITY.id }
    notes.answer('a hospital chosen', await stranger('/api/patients', { headers: inCity }), 403)

    for (const person of [city.admin, city.nurse, platform]) {
      const profile = await scene.as(person)('/api/auth/profile')
      notes.same(`the profile of ${person.username}`, profileOf(profile.text), person.username)
      const hospital = profile.headers.get('x-hospital-id')
      notes.same(`the hospital of ${person.username}`, hospital, person.hospital?.id ?? null)
    }
    for (const path of ['/api/auth/profile', '/api/auth/sessions', '/api/patients']) {
      notes.answer(`${path} without a token`, await ask(world.url + path), 401, 'unauthenticated')
    }
    for (const path of ['/internal/revocations', '/metrics', '/openapi', '/ready/auth'])
      notes.answer(`${path} through the gateway`, await admin(path), 404)
    await paths(scene, (what, status, wanted) => notes.same(what, status, wanted))
    await bodies(scene, (what, status, wanted) => notes.same(what, status, wanted))

    const token = identityTokenFor(scene)
    notes.answer('an identity token at the gateway', await admin('/api/patients', { token }), 401)
    const direct = { token: tokenOf(world, city.admin), headers: { 'x-hospital-id': CITY.id } }
    const service = await ask(`${world.services.patient.url}/api/patients`, direct)
    notes.answer('an access token at the service', service, 401)
  },
}

type Note = (what: string, status: number, wanted: number) => void

async function paths({ world, city }: Scene, note: Note): Promise<void> {
  for (const path of [
    '/api/patients/../audit/events',
    '/api//patients',
    '/api/%70atients',
    '/api/patients/%2e%2e/audit',
    '/api/./patients',
    '/api/patients\\..\\audit',
  ]) {
    const text = await raw(world.url, [`GET ${path} HTTP/1.1`, bearer(world, city.admin)])
    note(`the path ${path}`, Number(text.split(' ')[1]), 400)
  }
}

async function bodies({ world, city }: Scene, note: Note): Promise<void> {
  const smuggled = [
    'GET /api/patients HTTP/1.1',
    bearer(world, city.admin),
    'Content-Length: 6',
    '',
    'smuggl',
  ]
  note('a GET with a body', Number((await raw(world.url, smuggled)).split(' ')[1]), 400)
  const large = await ask(`${world.url}/api/patients`, {
    method: 'POST',
    token: tokenOf(world, city.admin),
    body: { first_name: 'x'.repeat(70_000) },
  })
  note('a body over the limit', large.status, 413)
}

const bearer = (...person: Parameters<typeof tokenOf>) =>
  `Authorization: Bearer ${tokenOf(...person)}`

/** The first answer to lines as they are: what fetch would not send. */
function raw(url: string, [target = '', ...lines]: string[]): Promise<string> {
  const { port } = new URL(url)
  const text = [target, 'Host: localhost', 'Connection: close', ...lines]
  const bytes = text.includes('') ? text.join('\r\n') : `${text.join('\r\n')}\r\n\r\n`
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes))
    socket.once('data', (chunk) => {
      resolve(chunk.toString('latin1'))
      socket.destroy()
    })
    socket.once('error', reject)
    socket.once('end', () => resolve(''))
  })
}

function identityTokenFor({ world }: Scene): string {
  const { authorization = '' } = testIdentity(
    { role: 'admin', hospital_id: CITY.id },
    {
      service: 'patient',
      method: 'GET',
      url: '/api/patients',
      key: world.services.patient.identityKey,
    },
  )
  return authorization.slice('Bearer '.length)
}

function profileOf(text: string): string | undefined {
  return text.startsWith('{') ? jsonOf({ text } as never).username : undefined
}
