import { randomUUID } from 'node:crypto'
import { accessClaims, encoded, es256, Signer } from '@wardstone/cluster/testing'
import type { Caller, Sent } from '../door.ts'
import { NOBODYS_ID } from '../hospitals.ts'
import { namesIn, type Operation } from '../operations.ts'
import { type Person, tokenOf } from '../people.ts'
import type { Check } from './check.ts'
import { notAnswered, notRefused, UNAUTHENTICATED } from './oracle.ts'
import type { Scene } from './scene.ts'

/** Public operations do not look at a token: a few kinds show that. */
const OF_PUBLIC = ['no token', 'garbage', 'session ended']

/** Everybody whose token is not good: refused where a token is asked for, like anybody where none is. */
export function tokenChecks(scene: Scene): Check[] {
  const headers = badTokens(scene)
  const dead = deadCallers(scene)
  const worth = ({ permission }: Operation, row: string) => permission || OF_PUBLIC.includes(row)
  return scene.operations.flatMap((operation) => [
    ...headers
      .filter(([row]) => worth(operation, row))
      .map(([row, authorization]) =>
        check(scene, operation, row, undefined, authorization ? { authorization } : {}),
      ),
    ...dead
      .filter(({ name }) => worth(operation, name))
      .map((caller) => check(scene, operation, caller.name, caller)),
  ])
}

function check(
  scene: Scene,
  operation: Operation,
  row: string,
  caller: Caller | undefined,
  headers?: Record<string, string>,
): Check {
  const { records, cast } = scene
  const run: Check['run'] = async (asking) => {
    const ids = Object.fromEntries(namesIn(operation, 'path').map((name) => [name, NOBODYS_ID]))
    const sent: Sent = {
      url: records.url(operation, ids),
      body: records.body(operation, cast.city.admin),
    }
    const answer = await asking(caller, { ...sent, ...(headers && { headers }) })
    return operation.permission
      ? notRefused(answer, UNAUTHENTICATED)
      : notAnswered(scene, operation, sent.url, answer)
  }
  return { row, operation, run }
}

/** Headers that carry no token, or one that was not made by the auth service for us and now. */
function badTokens({ world, cast }: Scene): [row: string, authorization: string | undefined][] {
  const { admin } = cast.city
  const now = Math.floor(Date.now() / 1000)
  const bearer = (changes: object) =>
    `Bearer ${tokenOf(world, admin, changes as Record<string, unknown>)}`
  const good = tokenOf(world, admin)
  const claims = accessClaims(
    JSON.parse(Buffer.from(good.split('.')[1] ?? '', 'base64url').toString()),
  )
  const { kid } = world.signer.key()
  const header = (changes: object) => ({ alg: 'ES256', typ: 'at+jwt', kid, ...changes })
  const stranger = new Signer().key()
  return [
    ['no token', undefined],
    ['garbage', 'Bearer a.b.c'],
    ['expired', bearer({ iat: now - 1200, exp: now - 600 })],
    ['another issuer', bearer({ iss: 'elsewhere' })],
    ['another audience', bearer({ aud: 'elsewhere' })],
    [
      'another type of token',
      `Bearer ${es256(header({ typ: 'JWT' }), claims, world.signer.key())}`,
    ],
    ['another key', `Bearer ${es256(header({}), claims, stranger)}`],
    ['an unknown key', `Bearer ${es256(header({ kid: randomUUID() }), claims, stranger)}`],
    ['unsigned', `Bearer ${encoded(header({ alg: 'none' }))}.${encoded(claims)}.`],
  ]
}

/** Tokens that verify, of what has ended since. */
function deadCallers({ cast }: Scene): Caller[] {
  const { ended, closed } = cast
  const dead = (name: string, person: Person) => ({
    name,
    person,
    dead: true as const,
  })
  return [
    dead('session ended', ended.session),
    dead('membership changed', ended.membership),
    dead('disabled', ended.disabled),
    dead('hospital suspended', closed),
  ]
}
