import type { Answers } from '@wardstone/cluster/testing'
import type { ServiceName } from '@wardstone/contracts'
import type { Answer } from '../ask.ts'
import { CITY } from '../hospitals.ts'
import { differenceOf, type NormalAnswer } from './differences.ts'
import type { FilledRequest } from './filled-request.ts'
import { fill, nextPage, urlOf } from './filling.ts'
import type { Neighbour } from './neighbour.ts'
import type { NormalForm } from './normal-form.ts'
import type { Place } from './place.ts'
import type { Tally } from './tally.ts'
import type { Step } from './workload.ts'

/** One request in both worlds, or its answers. */
interface Both<T> {
  empty: T
  full: T
}

interface ComparisonParts {
  places: Both<Place>
  neighbour: Neighbour
  documented: ReadonlyMap<ServiceName, Answers>
  tally: Tally
}

/** Headers that say when, or how a connection is kept. */
const BY_NATURE = ['date', 'keep-alive', 'x-request-id']
const LONGEST = 300
/** How many answers of one status of one operation are held against the document. */
const CHECKED = 1

/** Asks the same in both worlds and compares every byte of the answers. */
export class Comparison {
  readonly failures: string[] = []
  readonly #parts: ComparisonParts
  readonly #checked = new Map<string, number>()
  #teller = ''
  #count = 0

  constructor(parts: ComparisonParts) {
    this.#parts = parts
  }

  /** Makes one step of the workload; true when CITY could make it. */
  async play(step: Step): Promise<void> {
    const requests = this.#requestsOf(step)
    if (requests) await this.compare(requests)
  }

  /** Asks in both worlds, while RIVERSIDE's people work in the full one; the answers of CITY's. */
  async compare(requests: Both<FilledRequest>): Promise<Both<Answer>> {
    const { places, neighbour, tally } = this.#parts
    const { operation } = requests.full
    await this.#settle(requests.full)
    this.#count += 1
    const other = this.#count % 2 === 0 ? neighbour.next() : undefined
    if (other?.operation.service === 'auth') await neighbour.voice.ask(other)
    const [empty, full] = await Promise.all([
      places.empty.city.ask(requests.empty),
      places.full.city.ask(requests.full),
      other && other.operation.service !== 'auth' && neighbour.voice.ask(other),
    ])
    const difference = differenceOf(
      normal(empty, places.empty.form, this.#count),
      normal(full, places.full.form, this.#count),
    )
    tally.add(operation, full.status, difference !== undefined)
    if (difference) this.#fail(requests.full, `${difference} (RIVERSIDE empty ≠ full)`)
    this.#judge(requests.full, full)
    await this.#untilRecorded(requests.full, { empty, full })
    return { empty, full }
  }

  #requestsOf(step: Step): Both<FilledRequest> | undefined {
    const { places, neighbour } = this.#parts
    const foreign = neighbour.voice.memory
    if (step.kind === 'request') {
      const filledIn = (place: Place) => fill(step.request, { own: place.city.memory, foreign })
      return { empty: filledIn(places.empty), full: filledIn(places.full) }
    }
    const { index, whose } = step
    const listOf = ({ city }: Place) =>
      whose === 'own' ? city.memory.list(index) : foreign.privateList(index)
    const [empty, full] = [listOf(places.empty), listOf(places.full)]
    if (!empty || !full) return undefined
    return {
      empty: nextPage(empty.request, empty.cursor),
      full: nextPage(full.request, full.cursor),
    }
  }

  /** What one service told must arrive before another tells, or somebody reads it: then both worlds have one order. */
  async #settle(request: FilledRequest): Promise<void> {
    const { empty, full } = this.#parts.places
    const teller = isForGateway(request) ? 'gateway' : request.operation.service
    if (teller === this.#teller && teller !== 'audit') return
    this.#teller = teller
    await Promise.all([empty.arrival.ofAll(), full.arrival.ofAll()])
  }

  /** The gateway's own events are in no outbox. */
  async #untilRecorded(request: FilledRequest, answers: Both<Answer>): Promise<void> {
    if (!isForGateway(request)) return
    const { empty, full } = this.#parts.places
    const wait = async ({ arrival }: Place, { status, headers }: Answer) => {
      const isRefused = request.caller === 'ended' ? status === 401 : status === 403
      if (isRefused) await arrival.of(headers.get('x-request-id') ?? '')
    }
    await Promise.all([wait(empty, answers.empty), wait(full, answers.full)])
  }

  /** No answer is a server's error, and each is as the document says. */
  #judge(request: FilledRequest, { status, headers, text }: Answer): void {
    const { documented } = this.#parts
    if (status >= 500) this.#fail(request, `status ${status}`)
    const key = `${request.operation.name} ${status}`
    const checked = this.#checked.get(key) ?? 0
    if (checked >= CHECKED || request.method === 'HEAD') return
    this.#checked.set(key, checked + 1)
    const answer = { statusCode: status, body: text, headers: Object.fromEntries(headers) }
    const { method, path, service } = request.operation
    const violations = documented.get(service)?.violations(method, path, answer) ?? []
    for (const violation of violations) this.#fail(request, violation)
  }

  #fail(request: FilledRequest, what: string): void {
    const { caller, method, headers, body = '' } = request
    const { 'x-forwarded-for': _, ...said } = headers
    const rest = [...Object.entries(said).map((entry) => entry.join(': ')), body].join(' ').trim()
    const asked = `${caller} ${method} ${urlOf(request)} ${rest}`.trim()
    const short = asked.length > LONGEST ? `${asked.slice(0, LONGEST)}…` : asked
    this.failures.push(`request ${this.#count}: ${short}: ${what}`)
  }
}

/** Refused, and told to the audit, before any service sees it. */
function isForGateway({ operation, caller, headers }: FilledRequest): boolean {
  if (operation.permission === undefined || caller === 'nobody') return false
  const named = headers['x-hospital-id']
  return caller === 'ended' || (named !== undefined && named !== CITY.id)
}

function normal({ status, headers, text }: Answer, form: NormalForm, number: number): NormalAnswer {
  form.begin(number)
  form.name(headers.get('x-request-id') ?? '', `<request ${number}>`)
  const lines = [...headers]
    .filter(([name]) => !BY_NATURE.includes(name))
    .map(([name, value]) => `${name}: ${name === 'retry-after' ? '<seconds>' : form.of(value)}`)
  return { status, headers: lines.join('\n'), text: form.of(text) }
}
