import { ensureStreams } from '@wardstone/events'
import { databaseUrlsOn, prepareDatabases } from '../databases.ts'
import { seedDemo } from '../demo/demo-data.ts'
import type { Progress } from '../progress.ts'
import type { MigrationConfig } from './migration-config.ts'

/** Makes servers that are already there ready for the services; doing it again changes nothing. */
export async function prepareServers(config: MigrationConfig, progress: Progress): Promise<void> {
  await progress.step('streams', () => ensureStreams(config.natsUrl))
  await prepareDatabases(config.databaseUrl, config, progress)
  if (!config.demo) return
  await progress.step('demo data', async (detail) => {
    detail((await seedDemo(databaseUrlsOn(config.databaseUrl))) ? 'loaded' : 'is there')
  })
}
