import type { Answer } from '../ask.ts'
import type { Caller, Sent } from '../door.ts'
import { askingOf, excerpt, Violation } from '../matrix/check.ts'
import type { Scene } from '../matrix/scene.ts'
import type { Operation } from '../operations.ts'

/** What came of one request. */
export interface Trial {
  /** Undefined when it should not have been given. */
  answer?: Answer
  wrongs: string[]
}

/** Asks: the answer must be no 5xx, hold no canary and be as the document says. */
export async function tried(
  scene: Scene,
  operation: Operation,
  caller: Caller | undefined,
  sent: Sent,
): Promise<Trial> {
  const { answer, wrongs } = await asked(scene, operation, caller, sent)
  return answer ? { answer, wrongs: brokenPromises(scene, operation, answer) } : { wrongs }
}

/** The same where the URL may be another operation's. */
export async function asked(
  scene: Scene,
  operation: Operation,
  caller: Caller | undefined,
  sent: Sent,
): Promise<Trial> {
  try {
    return { answer: await askingOf(scene, { operation })(caller, sent), wrongs: [] }
  } catch (error) {
    if (error instanceof Violation) return { wrongs: [error.message] }
    throw error
  }
}

function brokenPromises({ documented }: Scene, operation: Operation, answer: Answer): string[] {
  const { service, method, path } = operation
  const { status: statusCode, text: body } = answer
  const headers = Object.fromEntries(answer.headers)
  const broken = documented[service].violations(method, path, { statusCode, body, headers })
  return broken.map((it) => `${it} (${excerpt(answer)})`)
}

/** Does `work` for each, some at once. */
export async function forEach<T>(
  all: Iterable<T>,
  work: (each: T) => Promise<void>,
  atOnce = 8,
): Promise<void> {
  const queue = [...all].values()
  const worker = async () => {
    for (const each of queue) await work(each)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
