import type { Answer } from '../ask.ts'
import { excerpt } from '../matrix/check.ts'
import { inScene } from '../matrix/open-scene.ts'
import { asker, type Scene } from '../matrix/scene.ts'
import type { Operation } from '../operations.ts'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { encodings, type JsonVector, members, suite } from './json/documents.ts'
import { Tally } from './tally.ts'
import { forEach, tried } from './trial.ts'

/** In its share of the test run each document is sent to so many operations, others with each seed. */
const SHARE = 1

/** Documents that parsers disagree on, as the body of every operation that takes one. */
export const json: Proof = {
  name: 'json',
  claim: 'whatever is sent for JSON is understood as RFC 8259 says, or refused',
  prove: (options) => inScene((scene) => proved(scene, options)),
}

async function proved(scene: Scene, options: ProofOptions): Promise<ProofResult> {
  const tally = new Tally()
  const taking = scene.operations.filter(({ body }) => body)
  const vectors = [...suite(), ...encodings(), ...members()]
  const pairs = vectors.flatMap((vector, index) =>
    chosen(taking, index, options).map((operation) => ({ vector, operation })),
  )
  await forEach(taking, async (operation) => tally.add(await answered(scene, operation)))
  await forEach(pairs, async ({ vector, operation }) => {
    tally.add(await outcomeOf(scene, operation, vector))
  })
  return tally.result()
}

function chosen(taking: readonly Operation[], index: number, { seed, whole }: ProofOptions) {
  if (whole) return taking
  return Array.from({ length: SHARE }, (_, at) => {
    const turn = seed + index * SHARE + at
    return taking[turn % taking.length] as Operation
  })
}

/** The operation takes a body that is right: it is the document that the others are refused for. */
async function answered(scene: Scene, operation: Operation) {
  const { answer, wrongs } = await send(scene, operation)
  if (answer && answer.status >= 300) wrongs.push(`a good body is answered ${excerpt(answer)}`)
  return { group: 'good bodies', what: operation.name, status: answer?.status ?? 0, wrongs }
}

async function outcomeOf(scene: Scene, operation: Operation, vector: JsonVector) {
  const { answer, wrongs } = await send(scene, operation, vector)
  if (answer && vector.isRefused && !isRefusal(answer))
    wrongs.push(`is answered ${excerpt(answer)}`)
  const what = `${vector.what} to ${operation.name}`
  return { group: vector.group, what, status: answer?.status ?? 0, wrongs }
}

function isRefusal({ status }: Answer): boolean {
  return status === 400 || status === 413
}

async function send(scene: Scene, operation: Operation, vector?: JsonVector) {
  const { records } = scene
  const caller = operation.permission ? asker(scene, operation) : undefined
  const person = caller?.person ?? scene.cast.city.admin
  const url = records.url(operation, await records.own(operation, person))
  const body = JSON.stringify(records.body(operation, person) ?? {})
  const headers = { 'content-type': 'application/json' }
  return tried(scene, operation, caller, { url, headers, body: vector?.bytesFor(body) ?? body })
}
