import { startService } from '@wardstone/service'
import { buildApp } from './app.ts'
import { ConfigSchema } from './config.ts'

await startService(ConfigSchema, buildApp, process.env)
