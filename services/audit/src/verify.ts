import { verifyCommand } from './verify-command.ts'

// biome-ignore lint/style/noProcessEnv: a program of its own
process.exitCode = await verifyCommand(process.argv.slice(2), process.env, {
  out: console.log,
  say: console.error,
})
