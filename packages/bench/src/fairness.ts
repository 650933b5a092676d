import { workload } from './load/workloads.ts'
import { type Measured, measure, median } from './measure.ts'
import type { Plan } from './plan.ts'
import type { Row } from './report/results.ts'
import { signIn } from './stage/people.ts'
import { sampleOf } from './stage/sample.ts'
import type { Stage } from './stage/stage.ts'

const OTHERS = 4
const FLOOD = 50 * OTHERS

/**
 * One hospital asks for pages from fifty times as many connections as all others together, and the
 * others ask for patients meanwhile: how much longer they wait. Through a gateway with its limits on.
 */
export async function fairness(stage: Stage, plan: Plan): Promise<Row[]> {
  const url = await stage.limitedGateway()
  const people = await signIn(url, stage.hospitals)
  const sample = await sampleOf(stage)
  const [flooding] = stage.hospitals
  const others = people.filter(({ hospital }) => hospital.id !== flooding?.id)
  const flood = people.filter(({ hospital }) => hospital.id === flooding?.id)
  const asking = { url, requests: () => workload('W2').requests(others, sample) }
  const load = { connections: OTHERS, seconds: plan.seconds }
  await measure(asking, { ...load, seconds: plan.warmUp })

  const quiet: Measured[] = []
  const flooded: Measured[] = []
  const floods: Measured[] = []
  for (let round = 0; round < plan.rounds; round += 1) {
    quiet.push(await measure(asking, load))
    const floodSide = { url, requests: () => workload('W1').requests(flood, sample) }
    const meanwhile = measure(floodSide, { connections: FLOOD, seconds: plan.seconds + 2 })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    flooded.push(await measure(asking, load))
    floods.push(await meanwhile)
  }
  return [
    { name: `W2 of the other hospitals, ${OTHERS} connections`, measured: median(quiet) },
    {
      name: `the same while one hospital floods from ${FLOOD} connections`,
      measured: median(flooded),
    },
    { name: 'the flood (429 beyond its share)', measured: median(floods) },
  ]
}
