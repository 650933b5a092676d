import { spawnSync } from 'node:child_process'
import { readClusterFile } from './cluster-file.ts'
import { dataFolderIn } from './config.ts'
import { databaseUrlAs } from './databases.ts'
import { Secrets } from './secrets.ts'
import { SERVICES, serviceProgram } from './services.ts'

/** Runs the audit service's own verification against the cluster of this data folder, with its exit codes. */
const CANNOT_CHECK = 2

// biome-ignore lint/style/noProcessEnv: a program of its own
process.exitCode = main(process.env)

function main(env: NodeJS.ProcessEnv): number {
  const data = dataFolderIn(env)
  const url = readClusterFile(data)?.postgres?.url
  if (!url) {
    console.error(`No cluster runs on ${data}: start one with npm start, or set WARDSTONE_DATA.`)
    return CANNOT_CHECK
  }
  const secrets = new Secrets(data)
  const audit = SERVICES.find(({ name }) => name === 'audit')
  const program = serviceProgram('audit').replace('main.ts', 'verify.ts')
  const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...audit?.environment?.({ secrets, data }),
      DATABASE_URL: databaseUrlAs(url, 'audit', 'app', secrets.databasePasswords('audit').app),
    },
  })
  return status ?? CANNOT_CHECK
}
