import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { auditCost } from './audit-cost/audit-cost.ts'
import { fairness } from './fairness.ts'
import { growth } from './growth.ts'
import { requireWrk } from './load/wrk.ts'
import { type Plan, planOf } from './plan.ts'
import { endurance, gatewayAlone, lineOf, workloads } from './ratios.ts'
import { ratioPlot } from './report/plot.ts'
import type { Results, Row } from './report/results.ts'
import { pageOf } from './report/table.ts'
import { endChildren } from './stage/child.ts'
import { Stage } from './stage/stage.ts'

const PARTS = ['gateway', 'workloads', 'endurance', 'audit', 'fairness', 'growth'] as const
type PartName = (typeof PARTS)[number]

const TITLES: Record<PartName, string> = {
  gateway: 'The gateway alone',
  workloads: 'What a desk sends',
  endurance: 'A minute under 256 connections',
  audit: 'What the audit costs a change',
  fairness: 'One hospital floods',
  growth: 'As it grows',
}
const ROOT = join(import.meta.dirname, '../../..')
const DOCS = join(ROOT, 'docs')

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})
const unknown = positionals.filter((name) => !PARTS.includes(name as PartName))
if (unknown.length > 0) {
  console.error(`Usage: pnpm bench [--quick] [--save] [${PARTS.join('] [')}]`)
  process.exit(2)
}
// Growth takes a cluster for each size, and the audit's share a second one.
const usual = PARTS.filter((name) => name !== 'growth' && !(values.quick && name === 'audit'))
const chosen = (positionals.length > 0 ? positionals : usual) as PartName[]
const say = (line: string) => console.log(line)

try {
  requireWrk()
} catch (error) {
  console.error((error as Error).message)
  process.exit(2)
}
// biome-ignore lint/style/noProcessEnv: a program of its own
const plan = planOf(values.quick, process.env)
const stage = new Stage({ say: () => undefined, env: plan.env })
let ending: Promise<void> | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => void end().then(() => process.exit(130)))

const sections: Record<string, Row[]> = {}
try {
  if (chosen.some((name) => name !== 'growth')) await start()
  for (const name of PARTS.filter((each) => chosen.includes(each))) {
    say(`\n${TITLES[name]}`)
    const rows = await rowsOf(name, plan)
    if (name !== 'workloads') for (const row of rows) say(lineOf(row))
    sections[TITLES[name]] = rows
  }
} finally {
  await end()
}
if (values.save) save()
process.exit(0)

async function start() {
  say(`Starting a cluster with ${plan.hospitals} hospitals of ${plan.patients} patients`)
  await stage.start()
  await stage.load(plan.hospitals, plan.patients)
}

function rowsOf(name: PartName, using: Plan): Promise<Row[]> {
  if (name === 'gateway') return gatewayAlone(stage, using)
  if (name === 'workloads') return workloads(stage, using, say)
  if (name === 'endurance') return endurance(stage, using).then((row) => [row])
  if (name === 'audit') return auditCost(stage, using)
  if (name === 'fairness') return fairness(stage, using)
  return growth(using, values.quick, say)
}

function end(): Promise<void> {
  endChildren()
  ending ??= stage.stop()
  return ending
}

/** Into the documentation, beside what other parts of the bench have put there. */
function save() {
  const file = join(DOCS, 'benchmarks.json')
  const results: Results = {
    at: new Date().toISOString(),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
    }).trim(),
    machine: `${availableParallelism()} processors (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`,
    command: 'pnpm bench --save',
    sections: { ...savedSections(file), ...sections },
  }
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`)
  mkdirSync(join(DOCS, 'benchmarks'), { recursive: true })
  const plots: Record<string, string> = {}
  for (const [title, rows] of Object.entries(results.sections)) {
    const svg = ratioPlot(title, rows)
    if (!svg) continue
    plots[title] = `benchmarks/${title.toLowerCase().replaceAll(/\W+/g, '-')}.svg`
    writeFileSync(join(DOCS, plots[title]), svg)
  }
  writeFileSync(join(DOCS, 'benchmarks.md'), pageOf(results, plots))
  say(`\nSaved in docs/benchmarks.md`)
}

function savedSections(file: string): Results['sections'] {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Results).sections
  } catch {
    return {}
  }
}
