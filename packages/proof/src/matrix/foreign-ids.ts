import { randomUUID } from 'node:crypto'
import { REPEATED } from '../bodies.ts'
import type { Caller, Sent } from '../door.ts'
import { RIVERSIDE } from '../hospitals.ts'
import { namesIn, type Operation } from '../operations.ts'
import { LOOKED_UP_NOWHERE } from '../resources.ts'
import { isId, objectIn } from '../sample.ts'
import { type Asking, type Check, excerpt } from './check.ts'
import { differenceOf } from './oracle.ts'
import { granted, hospitalOf, type Scene } from './scene.ts'

/** Those who may, with ids that are not theirs: in path, query and body no other than an id of nobody. */
export function foreignIdChecks(scene: Scene): Check[] {
  return scene.operations.flatMap((operation) => [
    ...pathChecks(scene, operation),
    ...queryChecks(scene, operation),
    ...bodyChecks(scene, operation),
  ])
}

/** Anybody where nobody has to sign in. The platform may see every hospital: whom it asks for is no attack. */
function attackers(scene: Scene, operation: Operation): (Caller | undefined)[] {
  if (!operation.permission) return [undefined]
  return granted(scene, operation).filter((caller) => hospitalOf(caller) !== null)
}

const PRECONDITIONS = [undefined, '"1"', '"999999"']

function pathChecks(scene: Scene, operation: Operation): Check[] {
  const { records, cast } = scene
  const changes = ['PUT', 'PATCH', 'DELETE'].includes(operation.method)
  return namesIn(operation, 'path').flatMap((name) =>
    attackers(scene, operation).flatMap((caller) =>
      (changes ? PRECONDITIONS : [undefined]).map((tag) => {
        const row = tag ? 'Riverside’s id and ETag' : 'Riverside’s id in the path'
        const run: Check['run'] = async (asking) => {
          const person = caller?.person ?? cast.city.admin
          const own = await records.own(operation, person)
          const body = records.body(operation, person)
          const at = (id: string): Sent => ({
            url: records.url(operation, { ...own, [name]: id }),
            body,
            ...(tag && { headers: { 'if-match': tag } }),
          })
          for (const id of await records.foreign(operation, name)) {
            const theirs = await asking(caller, at(id))
            if (theirs.status !== 404 && !LOOKED_UP_NOWHERE.includes(operation.name))
              return `${caller?.name} gets ${excerpt(theirs)}`
            const difference = differenceOf(theirs, await asking(caller, at(randomUUID())))
            if (difference) return `${caller?.name}: ${difference}`
          }
          return undefined
        }
        return { row, operation, run }
      }),
    ),
  )
}

function queryChecks(scene: Scene, operation: Operation): Check[] {
  const { records, cast } = scene
  const fields = operation.parameters.filter((each) => each.in === 'query' && isId(each.schema))
  return fields.flatMap(({ name }) =>
    attackers(scene, operation).map((caller) => {
      const run = async (asking: Asking) => {
        const ids = await records.own(operation, caller?.person ?? cast.city.admin)
        const at = (id: string) => ({ url: records.url(operation, ids, { [name]: id }) })
        const theirs = await asking(caller, at(cast.riverside.admin.account_id))
        return differenceOf(theirs, await asking(caller, at(randomUUID())))
      }
      return { row: 'Riverside’s id in the query', operation, run }
    }),
  )
}

function bodyChecks(scene: Scene, operation: Operation): Check[] {
  const { records, cast } = scene
  const fields = Object.entries(objectIn(operation.body)?.properties ?? {})
  const repeated = REPEATED[operation.name] ?? []
  const names = fields
    .filter(([name, schema]) => isId(schema) && !repeated.includes(name))
    .map(([name]) => name)
  return names.flatMap((name) =>
    attackers(scene, operation).map((caller) => {
      const run = async (asking: Asking) => {
        const person = caller?.person ?? cast.city.admin
        const url = records.url(operation, await records.own(operation, person))
        const body = records.body(operation, person) as object
        const theirs = records.bodyId(name, RIVERSIDE)
        const answer = await asking(caller, { url, body: { ...body, [name]: theirs } })
        const nobodys = await asking(caller, { url, body: { ...body, [name]: randomUUID() } })
        return differenceOf(answer, nobodys)
      }
      return { row: 'Riverside’s id in the body', operation, run }
    }),
  )
}
