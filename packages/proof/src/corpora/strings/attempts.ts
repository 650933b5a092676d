import { randomBytes } from 'node:crypto'
import { type Answer, jsonOf } from '../../ask.ts'
import { type Caller, type Sent, serviceDoor } from '../../door.ts'
import { granted, roleOf, type Scene } from '../../matrix/scene.ts'
import type { Operation } from '../../operations.ts'
import { asked, type Trial, tried } from '../trial.ts'
import { type Slot, textAt, withText } from './slots.ts'

/** Who has the most to say: each of them that may, in turn. */
const ROLES = ['admin', 'platform_admin']

/** What is kept, but not where the answer has a field of that name: a reason of a change is in the history. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'POST /api/appointments/{id}/transitions': ['reason'],
}

/** Puts `text` into `slot`, all else being right, and looks what became of it. */
export async function attempt(
  scene: Scene,
  slot: Slot,
  text: string,
  turn: number,
): Promise<Trial> {
  const { operation, place, at } = slot
  const callers = granted(scene, operation).filter((each) => ROLES.includes(roleOf(each)))
  const caller = callers[turn % Math.max(1, callers.length)]
  const sent = await sentFor(scene, slot, caller, text)
  if (place === 'path') return bothDoors(scene, operation, caller, sent)
  const trial = await tried(scene, operation, caller, sent)
  const { answer } = trial
  if (place !== 'body' || !isDone(answer) || answer.text === '') return trial
  if (ELSEWHERE[operation.name]?.includes(at.join('/'))) return trial
  const wrongs = [...trial.wrongs, ...changed('answered', answer, at, text)]
  const kept = await readAgain(scene, operation, caller, sent, answer)
  return { answer, wrongs: [...wrongs, ...(kept ? changed('kept', kept, at, text) : [])] }
}

async function sentFor(scene: Scene, slot: Slot, caller: Caller | undefined, text: string) {
  const { records, cast } = scene
  const { operation, place, at } = slot
  const person = caller?.person ?? cast.city.admin
  const [name = ''] = at
  const ids = await records.own(operation, person)
  if (place === 'path') ids[name] = encodeURIComponent(text.toWellFormed())
  const body = records.body(operation, person, { whole: true })
  const sent: Sent = {
    url: records.url(operation, ids, place === 'query' ? { [name]: text } : {}),
    // Each comes from an address of its own: who fails too often is not listened to any more.
    headers: { 'x-forwarded-for': `10.${[...randomBytes(3)].join('.')}` },
    body: place === 'body' ? withText(body, at, text) : body,
  }
  return sent
}

/** The gateway takes no escapes in a path; a service must not need that wall. */
async function bothDoors(
  scene: Scene,
  operation: Operation,
  caller: Caller | undefined,
  sent: Sent,
): Promise<Trial> {
  const service = { ...scene, door: serviceDoor(scene.world) }
  const outside = await asked(scene, operation, caller, sent)
  const inside = await asked(service, operation, caller, sent)
  return { ...outside, wrongs: [...outside.wrongs, ...inside.wrongs] }
}

function isDone(answer: Answer | undefined): answer is Answer {
  return answer !== undefined && answer.status >= 200 && answer.status < 300
}

/** What was made or changed, as its own GET has it; undefined when it has none, or somebody was quicker. */
async function readAgain(
  scene: Scene,
  { method, path }: Operation,
  caller: Caller | undefined,
  { url }: Sent,
  answer: Answer,
): Promise<Answer | undefined> {
  const { id, version } = jsonOf(answer)
  const isNew = method === 'POST'
  const name = isNew ? `GET ${path}/{id}` : `GET ${path}`
  const read = scene.operations.find((each) => each.name === name)
  if (!read || (isNew && typeof id !== 'string')) return undefined
  const kept = (await tried(scene, read, caller, { url: isNew ? `${url}/${id}` : url })).answer
  return kept?.status === 200 && jsonOf(kept).version === version ? kept : undefined
}

/** What is not as it was sent, but for the one spelling that is kept (NFC). */
function changed(how: string, answer: Answer, at: readonly string[], text: string): string[] {
  const found = textAt(jsonOf(answer), at)
  if (typeof found !== 'string' || found === text.normalize('NFC')) return []
  return [`is ${how} as ${JSON.stringify(found.slice(0, 100))}`]
}
