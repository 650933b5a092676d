import { migrationConfig } from './deploy/migration-config.ts'
import { prepareServers } from './deploy/prepare-servers.ts'
import { Progress } from './progress.ts'

try {
  // biome-ignore lint/style/noProcessEnv: a program of its own
  await prepareServers(migrationConfig(process.env), new Progress(console.log))
} catch (error) {
  const { message, cause } = error as Error
  console.error(cause instanceof Error ? `${message} (${cause.message})` : message)
  process.exitCode = 1
}
