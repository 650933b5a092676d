import { parseArgs } from 'node:util'
import { PROOFS } from './proofs.ts'
import { type Finished, sectionOf, summaryOf } from './report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const seed = Number(values.seed)
const proofs = PROOFS.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (proofs.length === 0 || !Number.isInteger(seed)) {
  console.error(
    `Usage: pnpm prove [--long] [--seed <number>] [${PROOFS.map(({ name }) => name).join('|')}]…`,
  )
  process.exit(2)
}

console.log(`Proving with seed ${seed}${values.long ? ', the long run' : ''}\n`)
const finished: Finished[] = []
for (const proof of proofs) {
  const started = Date.now()
  const progress = (text: string) => console.error(`  … ${proof.name}: ${text}`)
  const result = await proof.prove({ seed, whole: true, long: values.long, progress })
  finished.push({ proof, result, seconds: (Date.now() - started) / 1000 })
  console.log(`${sectionOf(finished.at(-1) as Finished)}\n`)
}
console.log(summaryOf(finished))
const failed = finished.some(({ result }) => result.failures.length > 0)
console.log(failed ? '\nIsolation is NOT proved.' : '\nIsolation is proved.')
process.exit(failed ? 1 : 0)
