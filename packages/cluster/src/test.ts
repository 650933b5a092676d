import { availableParallelism } from 'node:os'
import { cleanEnvironment, compileCache } from './test-run/environment.ts'
import { PackageRun } from './test-run/package-run.ts'
import { testedPackages } from './test-run/packages.ts'
import { testServers } from './testing/servers.ts'

// Tests wait half of their time: two for each processor keep it busy.
const AT_ONCE = 2 * Math.min(2, availableParallelism())
const started = Date.now()

const runs = testedPackages(process.argv.slice(2)).map((each) => new PackageRun(each))
const compiled = compileCache()
const servers = await testServers()
const env = {
  // biome-ignore lint/style/noProcessEnv: a program of its own
  ...cleanEnvironment(process.env),
  WARDSTONE_TEST_POSTGRES_URL: servers.adminUrl,
  WARDSTONE_TEST_NATS_URL: servers.natsUrl,
  NODE_COMPILE_CACHE: compiled,
}
console.log(`Testing ${runs.length} packages on one PostgreSQL and one nats-server`)

const queue = runs.flatMap((run) => run.parts.map((part) => ({ run, part })))
await Promise.all(Array.from({ length: AT_ONCE }, worker))

const failures = runs.filter((run) => run.failed > 0)
for (const { name, report } of failures) console.log(`\n===== ${name} =====\n${report}`)
const sum = (count: 'passed' | 'failed') => runs.reduce((total, each) => total + each[count], 0)
const failed = sum('failed') + (runs.length === 0 ? 1 : 0)
if (failures.length > 0) console.log(`\nFailed: ${failures.map(({ name }) => name).join(', ')}`)
console.log(`\n${runs.length} packages in ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${sum('passed')} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function worker() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { run, part } = next
    await run.test(part, env)
    if (!run.isDone) continue
    const outcome = run.failed > 0 ? `${run.failed} FAILED, ` : ''
    console.log(`  ${run.name}: ${outcome}${run.passed} passed (${run.seconds.toFixed(1)} s)`)
  }
}
