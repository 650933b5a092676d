import { jsonOf } from '../ask.ts'
import { RIVERSIDE } from '../hospitals.ts'
import { namesIn } from '../operations.ts'
import type { MemberRole, Person } from '../people.ts'
import { objectIn } from '../sample.ts'
import type { Check } from './check.ts'
import { INVALID, notRefused } from './oracle.ts'
import { asker, hospitalOf, type Scene } from './scene.ts'

/** Those who may, going on in a list of Riverside's, with the same question. */
export function cursorChecks(scene: Scene): Check[] {
  return scene.operations
    .filter(({ permission }) => permission)
    .flatMap((operation) => {
      const inQuery = namesIn(operation, 'query').includes('cursor')
      const inBody = objectIn(operation.body)?.properties?.cursor !== undefined
      const caller = asker(scene, operation)
      if ((!inQuery && !inBody) || hospitalOf(caller) === null) return []
      const theirs = scene.cast.riverside[caller.person.role as MemberRole]
      const at = async (person: Person, cursor: Record<string, string>) => {
        const ids = await scene.records.own(operation, person)
        const query: Record<string, string> = inBody ? {} : { limit: '1', ...cursor }
        const body = scene.records.body(operation, theirs) as object | undefined
        return {
          url: scene.records.url(operation, ids, query, RIVERSIDE),
          body: inBody ? { ...body, limit: 1, ...cursor } : body,
        }
      }
      const run: Check['run'] = async (asking) => {
        const asked = await at(theirs, {})
        const first = await scene.door.ask(operation, { ...caller, person: theirs }, asked)
        const cursor = first.status === 200 ? jsonOf(first).next_cursor : null
        if (!cursor)
          throw new Error(
            `${operation.name} has no second page for Riverside (${first.status}). Add records to packages/proof/src/cast.ts.`,
          )
        return notRefused(await asking(caller, await at(caller.person, { cursor })), INVALID)
      }
      return [{ row: 'Riverside’s cursor', operation, run }]
    })
}
