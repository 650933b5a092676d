import { loadConfig, runService } from '@wardstone/service'
import { buildApp } from './app.ts'
import { ConfigSchema } from './config.ts'

const config = loadConfig(ConfigSchema, process.env)
await runService(await buildApp(config), config)
