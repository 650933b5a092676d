import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { dataFolderIn } from './config.ts'
import { Secrets } from './secrets.ts'

// biome-ignore lint/style/noProcessEnv: a program of its own
const data = dataFolderIn(process.env)
if (existsSync(join(data, 'secrets'))) {
  new Secrets(data).rotateCheckpointKey()
  console.log(
    'Checkpoints get a new key when the audit service starts next. Tell it to those who verify.',
  )
} else {
  console.error(`There are no secrets in ${data}: set WARDSTONE_DATA.`)
  process.exitCode = 1
}
