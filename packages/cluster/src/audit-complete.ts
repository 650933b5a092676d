import { join } from 'node:path'
import { completeness } from './audit-complete/completeness.ts'
import { type Documented, permissionsIn } from './audit-complete/due.ts'
import { readClusterFile } from './cluster-file.ts'
import { dataFolderIn } from './config.ts'

/** Compares what the services of the running cluster answered with what is in the audit. */
// biome-ignore lint/style/noProcessEnv: a program of its own
const data = dataFolderIn(process.env)
const parts = readClusterFile(data)
if (!parts?.gateway || !parts.postgres) {
  console.error(
    'No cluster runs here: start it with npm start, or name its folder with WARDSTONE_DATA.',
  )
  process.exit(2)
}

const response = await fetch(`${parts.gateway.url}/openapi.json`)
const document = (await response.json()) as Documented
const { due, missing, doubled } = await completeness({
  adminUrl: parts.postgres.url,
  logFile: (service) => join(data, 'logs', `${service}.log`),
  permissions: permissionsIn(document),
})
for (const { service, method, route, status, request_id } of missing)
  console.log(`missing: ${service} answered ${status} to ${method} ${route}, request ${request_id}`)
for (const { request_id, action, times } of doubled)
  console.log(`doubled: ${action} of request ${request_id}, ${times} times`)
console.log(
  `${due} answers that have to be on record: ${missing.length} missing, ${doubled.length} doubled`,
)
process.exit(missing.length + doubled.length > 0 ? 1 : 0)
