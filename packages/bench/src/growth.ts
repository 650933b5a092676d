import { workload } from './load/workloads.ts'
import { measure } from './measure.ts'
import type { Plan } from './plan.ts'
import type { Row } from './report/results.ts'
import { signIn } from './stage/people.ts'
import { sampleOf } from './stage/sample.ts'
import { Stage } from './stage/stage.ts'

interface Size {
  hospitals: number
  /** In each. */
  patients: number
}

/** First more hospitals with the same patients in all, then more patients in the same hospitals. */
const SIZES: readonly Size[] = [
  { hospitals: 10, patients: 10_000 },
  { hospitals: 1_000, patients: 100 },
  { hospitals: 10_000, patients: 10 },
  { hospitals: 10, patients: 1_000 },
  { hospitals: 10, patients: 100_000 },
]
const QUICK: readonly Size[] = [
  { hospitals: 10, patients: 1_000 },
  { hospitals: 1_000, patients: 10 },
]
const KINDS = ['W1', 'W2', 'W4', 'W5']
const PEOPLE = 100

/** What the same requests cost as hospitals and patients become more: a cluster of its own for each size. */
export async function growth(
  plan: Plan,
  quick: boolean,
  say: (line: string) => void,
): Promise<Row[]> {
  const rows: Row[] = []
  const firsts = new Map<string, Row>()
  for (const size of quick ? QUICK : SIZES) {
    const stage = new Stage({ say: () => undefined, env: plan.env })
    try {
      await stage.start()
      await stage.load(size.hospitals, size.patients)
      say(`${size.hospitals} hospitals of ${size.patients} patients are loaded`)
      for (const kind of KINDS) {
        const row = await measured(stage, plan, size, kind)
        const first = firsts.get(kind)
        firsts.set(kind, first ?? row)
        rows.push(first ? { ...row, name: `${row.name} ÷ first`, beside: first.measured } : row)
      }
    } finally {
      await stage.stop()
    }
  }
  return rows
}

async function measured(stage: Stage, plan: Plan, size: Size, kind: string): Promise<Row> {
  const people = await signIn(stage.url, stage.hospitals, PEOPLE)
  const sample = await sampleOf(stage)
  const side = { url: stage.url, requests: () => workload(kind).requests(people, sample) }
  await measure(side, { connections: 32, seconds: plan.warmUp })
  return {
    name: `${kind}, ${size.hospitals} hospitals × ${size.patients} patients`,
    measured: await measure(side, { connections: 32, seconds: plan.seconds }),
  }
}
