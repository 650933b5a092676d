import { availableParallelism } from 'node:os'
import { cleanEnvironment, type PackageResult, runPackage } from './test-run/package.ts'
import { testedPackages } from './test-run/packages.ts'
import { testServers } from './testing/servers.ts'

const AT_ONCE = Math.min(2, availableParallelism())
const started = Date.now()

const packages = testedPackages(process.argv.slice(2))
const servers = await testServers()
const env = {
  // biome-ignore lint/style/noProcessEnv: a program of its own
  ...cleanEnvironment(process.env),
  WARDSTONE_TEST_POSTGRES_URL: servers.adminUrl,
  WARDSTONE_TEST_NATS_URL: servers.natsUrl,
}
console.log(`Testing ${packages.length} packages on one PostgreSQL and one nats-server`)

const results: PackageResult[] = []
const queue = [...packages]
await Promise.all(Array.from({ length: AT_ONCE }, worker))

const failures = results.filter((result) => result.failed > 0)
for (const { name, report } of failures) console.log(`\n===== ${name} =====\n${report}`)
const sum = (count: 'passed' | 'failed') => results.reduce((total, each) => total + each[count], 0)
const failed = sum('failed') + (packages.length === 0 ? 1 : 0)
if (failures.length > 0) console.log(`\nFailed: ${failures.map(({ name }) => name).join(', ')}`)
console.log(`\n${results.length} packages in ${Math.round((Date.now() - started) / 1000)} s`)
console.log(`${sum('passed')} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

async function worker() {
  for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
    const result = await runPackage(folder, env)
    results.push(result)
    const outcome = result.failed > 0 ? `${result.failed} FAILED, ` : ''
    console.log(
      `  ${result.name}: ${outcome}${result.passed} passed (${result.seconds.toFixed(1)} s)`,
    )
  }
}
