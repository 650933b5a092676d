import { join } from 'node:path'
import { workload } from '../load/workloads.ts'
import { alternating, measure, type Side } from '../measure.ts'
import type { Plan } from '../plan.ts'
import type { Row } from '../report/results.ts'
import { signIn } from '../stage/people.ts'
import { sampleOf } from '../stage/sample.ts'
import { Stage } from '../stage/stage.ts'

const WITHOUT = join(import.meta.dirname, 'without-audit.ts')

/** What a change costs with its audit, from the outbox to the chain, beside the same without: two clusters, in turn. */
export async function auditCost(stage: Stage, plan: Plan): Promise<Row[]> {
  const nodeOptions = `${plan.env.NODE_OPTIONS ?? ''} --import ${WITHOUT}`.trim()
  const bare = new Stage({ say: () => undefined, env: { ...plan.env, NODE_OPTIONS: nodeOptions } })
  try {
    await bare.start()
    await bare.load(plan.hospitals, plan.patients)
    const sides = { with: await creating(stage), without: await creating(bare) }
    for (const side of Object.values(sides))
      await measure(side, { connections: 32, seconds: plan.warmUp })
    const of = await alternating(sides, { connections: 32, seconds: plan.seconds }, plan.rounds)
    if (await hasEvents(bare)) throw new Error('The cluster without an audit has one.')
    return [
      {
        name: 'W3 with audit ÷ without',
        measured: of.with,
        beside: of.without,
        goal: 0.85,
      },
    ]
  } finally {
    await bare.stop()
  }
}

async function creating(stage: Stage): Promise<Side> {
  const people = await signIn(stage.url, stage.hospitals, 20)
  const sample = await sampleOf(stage)
  return { url: stage.url, requests: () => workload('W3').requests(people, sample) }
}

async function hasEvents(stage: Stage): Promise<boolean> {
  const created = `select from event where action = 'patient.created' limit 1`
  return (await stage.sql('audit', created)).length > 0
}
