import { Cluster } from './cluster.ts'
import { clusterConfig } from './config.ts'
import { ClusterProblem } from './problem.ts'
import { Progress } from './progress.ts'
import { welcome } from './welcome.ts'

const say = (line: string) => console.log(line)
// A closed terminal or pipe must not keep the cluster from stopping cleanly.
process.stdout.on('error', () => undefined)
let cluster: Cluster | undefined
let ending: Promise<void> | undefined

try {
  const config = clusterConfig(process.env)
  cluster = new Cluster(config, new Progress(say))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(0))
  process.on('uncaughtException', (error) => fail(error))
  say(`Starting Wardstone in ${config.data}`)
  const url = await cluster.start()
  for (const line of welcome(url, config.demo)) say(line)
  say(`wardstone ready: ${url}`)
} catch (error) {
  if (!ending) fail(error)
}

function fail(error: unknown) {
  console.error(wordsFor(error))
  end(1)
}

function end(code: number) {
  if (ending) return
  if (code === 0) say('Stopping …')
  ending = (cluster?.stop() ?? Promise.resolve())
    .catch((error) => console.error(wordsFor(error)))
    .then(() => process.exit(code))
}

function wordsFor(error: unknown): string {
  if (error instanceof ClusterProblem) return error.message
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `Wardstone cannot run: ${error.message}${cause}`
}
