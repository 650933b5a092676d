import { type TestRequest, testIdentity } from '@wardstone/cluster/testing'
import { SERVICE_NAMES } from '@wardstone/contracts'
import { bareDoor, identityOf } from '../door.ts'
import { NOBODYS_ID, RIVERSIDE } from '../hospitals.ts'
import { namesIn, type Operation } from '../operations.ts'
import { tokenOf } from '../people.ts'
import type { Check } from './check.ts'
import { notRefused, UNAUTHENTICATED } from './oracle.ts'
import { asker, type Scene } from './scene.ts'

/** Everybody who found the way to a service itself: it believes the gateway only, and of each token only what it was made for. */
export function pastGatewayChecks(scene: Scene): Check[] {
  const { world, records, cast } = scene
  const door = bareDoor(world)
  return scene.operations.flatMap((operation) => {
    const ids = Object.fromEntries(namesIn(operation, 'path').map((name) => [name, NOBODYS_ID]))
    const url = records.url(operation, ids)
    return wrongIdentities(scene, operation, url).map(([what, headers]) => ({
      row: `past the gateway: ${what}`,
      operation,
      door,
      run: async (asking): Promise<string | undefined> => {
        const body = records.body(operation, cast.city.admin)
        return notRefused(
          await asking(undefined, { url, headers: headers(), body }),
          UNAUTHENTICATED,
        )
      },
    }))
  })
}

type Headers = () => Record<string, string>

function wrongIdentities(scene: Scene, operation: Operation, url: string): [string, Headers][] {
  const { world, cast } = scene
  const { service, method, permission } = operation
  const caller = permission ? asker(scene, operation) : undefined
  const identity = caller ? identityOf(caller) : { role: 'anonymous' as const }
  const key = world.services[service].identityKey
  const with_ = (changes: Partial<TestRequest>): Headers => {
    return () => testIdentity(identity, { service, method, url, key, ...changes })
  }
  const stranger = SERVICE_NAMES.find((name) => name !== service && world.services[name]) ?? service
  const strangersKey = world.services[stranger].identityKey
  const now = Math.floor(Date.now() / 1000)
  return [
    ['no identity', () => ({})],
    ['an access token', () => ({ authorization: `Bearer ${tokenOf(world, cast.city.admin)}` })],
    ['plain stamps', () => withoutToken(with_({})())],
    ...(stranger === service
      ? []
      : ([['another service’s key', with_({ key: strangersKey })]] as [string, Headers][])),
    ['another service’s token', with_({ claims: { aud: 'elsewhere' } })],
    ['another method', with_({ method: method === 'GET' ? 'DELETE' : 'GET' })],
    ['another URL', with_({ url: `${url}${url.includes('?') ? '&' : '?'}limit=1` })],
    ['an old token', with_({ claims: { iat: now - 90, exp: now - 60 } })],
    ['another hospital’s stamp', () => ({ ...with_({})(), 'x-hospital-id': RIVERSIDE.id })],
  ]
}

function withoutToken({ authorization: _, ...stamps }: Record<string, string>) {
  return stamps
}
