import t from 'tap'
import { TOKENS } from '../src/corpora/tokens.ts'

const CORPORA = [TOKENS]

for (const { name, claim, prove } of CORPORA) {
  t.test(`${name}: ${claim}`, async (t) => {
    const { checks, failures } = await prove({
      seed: 1,
      whole: false,
      long: false,
      progress: () => undefined,
    })
    t.strictSame(failures, [])
    t.ok(checks > 300, `${checks} checks`)
  })
}
