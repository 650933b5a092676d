import type { Caller } from '../door.ts'
import { NOBODYS_ID } from '../hospitals.ts'
import { namesIn, type Operation } from '../operations.ts'
import type { Check } from './check.ts'
import { notAnswered, notRefused, refusalOf } from './oracle.ts'
import { hospitalOf, type Scene } from './scene.ts'

/**
 * Everybody with a good token: who may is answered, who may not is refused.
 * @param alive gets the names of the operations that have succeeded
 */
export function roleChecks(scene: Scene, alive: Set<string>): Check[] {
  return scene.operations.flatMap((operation) =>
    (operation.permission ? scene.callers : scene.callers.slice(0, 1)).map((caller) =>
      check(scene, operation, caller, alive),
    ),
  )
}

function check(scene: Scene, operation: Operation, caller: Caller, alive: Set<string>): Check {
  const { records, door } = scene
  const run: Check['run'] = async (asking) => {
    const refusal = refusalOf(operation, caller)
    const ids = refusal
      ? Object.fromEntries(namesIn(operation, 'path').map((name) => [name, NOBODYS_ID]))
      : await records.own(operation, caller.person)
    const url = records.url(operation, ids)
    const answer = await asking(caller, { url, body: records.body(operation, caller.person) })
    if (refusal) return notRefused(answer, refusal)
    if (answer.status < 300) alive.add(operation.name)
    const hospital = operation.permission ? hospitalOf(caller) : null
    if (door.isPublic && answer.headers.get('x-hospital-id') !== hospital)
      return `the answer is said to be of ${answer.headers.get('x-hospital-id')}`
    return notAnswered(scene, operation, url, answer)
  }
  return { row: caller.name, operation, run }
}
