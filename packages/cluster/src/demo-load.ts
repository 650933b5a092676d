import { parseArgs } from 'node:util'
import { SingleBar } from 'cli-progress'
import { readClusterFile } from './cluster-file.ts'
import { dataFolderIn } from './config.ts'
import { databaseUrlsOn } from './databases.ts'
import { loadLarge } from './demo/demo-data.ts'
import { DEMO_PASSWORD, demoUsername } from './demo/load-accounts.ts'
import { ClusterProblem } from './problem.ts'

const USAGE = 'Usage: pnpm demo:load --hospitals 20 --patients 5000 (patients of each hospital)'

try {
  // biome-ignore lint/style/noProcessEnv: a program of its own
  await main(process.env)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function main(env: NodeJS.ProcessEnv) {
  const { hospitals, patients } = wanted()
  const databases = databaseUrlsOn(adminUrl(env))
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} patients | {duration_formatted}',
    noTTYOutput: true,
  })
  bar.start(hospitals * patients, 0)
  const loaded = await loadLarge(databases, {
    hospitals,
    patients,
    onPatients: (count) => bar.increment(count),
  }).finally(() => bar.stop())
  const [first] = loaded
  if (first) console.log(`Log in as ${demoUsername('admin', first)} / ${DEMO_PASSWORD}, …`)
  console.log(`${loaded.length} hospitals with ${patients} patients each are there`)
}

function wanted() {
  const options = { hospitals: { type: 'string' }, patients: { type: 'string' } } as const
  const { values } = parseArgs({ options, strict: false })
  const whole = (value: unknown) => (/^\d{1,8}$/.test(String(value)) ? Number(value) : 0)
  const hospitals = whole(values.hospitals ?? '20')
  const patients = whole(values.patients ?? '5000')
  if (hospitals === 0 || patients === 0) throw new ClusterProblem(USAGE)
  return { hospitals, patients }
}

function adminUrl(env: NodeJS.ProcessEnv): string {
  const data = dataFolderIn(env)
  const url = env.DATABASE_URL || readClusterFile(data)?.postgres?.url
  if (url) return url
  throw new ClusterProblem(
    `No cluster runs on ${data}: start one with npm start, or set WARDSTONE_DATA.`,
  )
}
