import { WORKLOADS, type Workload, workload } from './load/workloads.ts'
import { alternating, measure, type Side } from './measure.ts'
import type { Plan } from './plan.ts'
import type { Row } from './report/results.ts'
import { baseline } from './stage/child.ts'
import { type Person, signIn } from './stage/people.ts'
import { type Sample, sampleOf } from './stage/sample.ts'
import type { Stage } from './stage/stage.ts'

type Say = (line: string) => void

const AT_ONCE = 32
/** What each workload is divided by, and what the quotient should reach. */
const GOALS: Readonly<Record<string, { beside: 'page' | 'W2'; goal: number }>> = {
  W1: { beside: 'page', goal: 0.5 },
  W2: { beside: 'page', goal: 0.7 },
  W3: { beside: 'W2', goal: 0.4 },
  W4: { beside: 'W2', goal: 0.4 },
  W5: { beside: 'W2', goal: 0.5 },
}

/** The gateway alone, before a service that only says hello, beside a bare proxy and beside none. */
export async function gatewayAlone(stage: Stage, plan: Plan): Promise<Row[]> {
  const hello = await baseline('hello')
  const proxy = await baseline('proxy', hello)
  const gateway = await stage.limitedGateway(Number(new URL(hello).port))
  const people = await signIn(gateway, stage.hospitals)
  const asking = (token?: string) => [
    { method: 'GET' as const, path: '/api/patients/hello', ...(token && { token }) },
  ]
  const sides = {
    hello: { url: hello, requests: () => asking() },
    proxy: { url: proxy, requests: () => asking() },
    gateway: { url: gateway, requests: () => people.flatMap(({ token }) => asking(token)) },
  }
  const of = await warmAndCompare(sides, plan)
  return [
    { name: 'hello: Fastify alone (a)', measured: of.hello },
    { name: 'hello: bare http-proxy (b) ÷ (a)', measured: of.proxy, beside: of.hello },
    { name: 'hello: gateway ÷ (b)', measured: of.gateway, beside: of.proxy, goal: 1.2 },
  ]
}

/** Every workload, each in turn with what it is divided by; then with one and with 256 connections. */
export async function workloads(stage: Stage, plan: Plan, say: Say): Promise<Row[]> {
  const [first] = stage.hospitals
  const page = await baseline('page', stage.databaseUrl('patient'), first?.id ?? '')
  const pageSide = { url: page, requests: () => [{ method: 'GET' as const, path: '/patients' }] }
  const sample = await sampleOf(stage)
  const rows: Row[] = []
  for (const each of WORKLOADS) {
    const people = await signIn(stage.url, stage.hospitals)
    const own = sideOf(stage.url, each, people, sample)
    const { beside, goal } = GOALS[each.name] ?? {}
    const other = beside === 'W2' ? sideOf(stage.url, workload('W2'), people, sample) : pageSide
    const of = await warmAndCompare({ own, other }, plan)
    const name = `${each.name} ${each.title}`
    rows.push(
      goal === undefined
        ? { name, measured: of.own }
        : {
            name: `${name} ÷ ${beside === 'W2' ? 'W2' : '(c)'}`,
            measured: of.own,
            beside: of.other,
            goal,
          },
    )
    say(lineOf(rows.at(-1) as Row))
    for (const connections of [1, 256]) {
      const measured = await measure(own, { connections, seconds: plan.seconds })
      rows.push({
        name: `${name}, ${connections === 1 ? 'one connection' : `${connections} connections`}`,
        measured,
      })
      say(lineOf(rows.at(-1) as Row))
    }
  }
  return rows
}

/** Everything but logins at once from 256 connections, for so long that what fills up is full. */
export async function endurance(stage: Stage, plan: Plan): Promise<Row> {
  const people = await signIn(stage.url, stage.hospitals)
  const sample = await sampleOf(stage)
  const kinds = WORKLOADS.filter(({ name }) => name !== 'W6').map((each) =>
    each.requests(people, sample),
  )
  const longest = Math.max(...kinds.map(({ length }) => length))
  const mixed = Array.from({ length: longest }, (_, index) =>
    kinds.flatMap((kind) => kind[index % kind.length] ?? []),
  ).flat()
  const load = { connections: 256, seconds: plan.endurance }
  const measured = await measure({ url: stage.url, requests: () => mixed }, load)
  return { name: 'W1–W5 mixed, 256 connections', measured }
}

/** A row for people who wait. */
export function lineOf({ name, measured, beside }: Row): string {
  const { requestsPerSecond, p50, p99 } = measured
  const ratio = beside && (requestsPerSecond / beside.requestsPerSecond).toFixed(2)
  const figures = `${requestsPerSecond.toFixed(0)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`
  return `${name.padEnd(58)} ${ratio ? `${ratio}  ` : ''}${figures}`
}

function sideOf(url: string, kind: Workload, people: readonly Person[], sample: Sample): Side {
  return { url, requests: () => kind.requests(people, sample) }
}

async function warmAndCompare<Name extends string>(sides: Record<Name, Side>, plan: Plan) {
  for (const side of Object.values<Side>(sides))
    await measure(side, { connections: AT_ONCE, seconds: plan.warmUp })
  return alternating(sides, { connections: AT_ONCE, seconds: plan.seconds }, plan.rounds)
}
