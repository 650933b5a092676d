import { Answers, OpenApiDocument, type World } from '@wardstone/cluster/testing'
import { SERVICE_NAMES } from '@wardstone/contracts'
import { documentOf, type Operation, operationsOf } from '../operations.ts'
import type { ProofResult } from '../proof.ts'
import { Comparison } from './comparison.ts'
import { registerPatients, spreadOverTime } from './data.ts'
import { Neighbour } from './neighbour.ts'
import { openPlace, type Place } from './place.ts'
import { Tally } from './tally.ts'
import { tour } from './tour.ts'
import type { Step } from './workload.ts'

/** What is in the hospitals before CITY asks. */
export interface Stock {
  cityPatients: number
  riversidePatients: number
  /** Requests of RIVERSIDE's people. */
  riversideRequests: number
}

/** After so many the rest are but their consequences. */
const MOST_FAILURES = 20
const PROGRESS_EVERY = 500

interface Parts {
  places: { empty: Place; full: Place }
  operations: readonly Operation[]
  neighbour: Neighbour
  comparison: Comparison
  tally: Tally
  seed: number
}

/** CITY in two worlds: where RIVERSIDE is empty, and where it is full and at work. */
export class TwoWorlds {
  readonly #parts: Parts
  readonly #missing: string[] = []

  private constructor(parts: Parts) {
    this.#parts = parts
  }

  static async open(seed: number, stock: Stock): Promise<TwoWorlds> {
    const [empty, full] = await Promise.all([openPlace(), openPlace()])
    try {
      const documents = await documentsOf(full.world)
      const operations = documents.flatMap(({ service, document }) =>
        operationsOf(service, document),
      )
      const neighbour = await Neighbour.settle(full.world, operations, seed + 1)
      const places = { empty, full }
      await fillHospitals({ places, operations, neighbour, seed }, stock)
      const tally = new Tally(operations)
      const documented = new Map(
        documents.map(({ service, document }) => [
          service,
          new Answers(new OpenApiDocument(document), document),
        ]),
      )
      const comparison = new Comparison({ places, neighbour, documented, tally })
      return new TwoWorlds({ places, operations, neighbour, comparison, tally, seed })
    } catch (error) {
      await Promise.all([empty.close(), full.close()])
      throw error
    }
  }

  /** Every route of every service. */
  get operations(): readonly Operation[] {
    return this.#parts.operations
  }

  /** RIVERSIDE, where it is full. */
  get neighbour(): Neighbour {
    return this.#parts.neighbour
  }

  /** The world where RIVERSIDE is full. */
  get full(): Place['world'] {
    return this.#parts.places.full.world
  }

  /** Sees every operation succeed once: one that is only refused is not compared. */
  async tour(): Promise<void> {
    this.#missing.push(...(await tour(this.#parts.operations, this.#parts)))
  }

  /** Makes the steps in both worlds, until too much is different. */
  async play(steps: readonly Step[], progress: (text: string) => void): Promise<void> {
    const { comparison, tally } = this.#parts
    for (const step of steps) {
      if (comparison.failures.length >= MOST_FAILURES) break
      await comparison.play(step)
      if (tally.asked % PROGRESS_EVERY === 0) progress(`${tally.asked} requests compared`)
    }
  }

  /** What was found up to now. */
  result(): ProofResult {
    const { comparison, tally, seed } = this.#parts
    const failures = [...this.#missing, ...comparison.failures]
    return {
      checks: tally.asked,
      table: tally.table(),
      failures: failures.map((text) => `${text} [seed ${seed}]`),
    }
  }

  async close(): Promise<void> {
    const { empty, full } = this.#parts.places
    await Promise.all([empty.close(), full.close()])
  }
}

function documentsOf(world: World) {
  return Promise.all(
    SERVICE_NAMES.map(async (service) => ({ service, document: await documentOf(world, service) })),
  )
}

async function fillHospitals(
  {
    places,
    operations,
    neighbour,
    seed,
  }: Pick<Parts, 'places' | 'operations' | 'neighbour' | 'seed'>,
  { cityPatients, riversidePatients, riversideRequests }: Stock,
): Promise<void> {
  await Promise.all([
    registerPatients(places.empty.city, operations, { seed, count: cityPatients }),
    registerPatients(places.full.city, operations, { seed, count: cityPatients }),
    registerPatients(neighbour.voice, operations, { seed, count: riversidePatients }),
  ])
  await neighbour.work(riversideRequests)
  const today = new Date(new Date().setUTCHours(0, 0, 0, 0))
  for (const { world } of Object.values(places)) await spreadOverTime(world, today)
}
