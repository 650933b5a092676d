import t from 'tap'
import { mutated } from '../src/walls/mutant.ts'
import { MUTANTS } from '../src/walls/mutants.ts'

t.test('every stone is where its mutant takes it out', async (t) => {
  const mutants = Object.values(MUTANTS).flat()
  t.ok(mutants.length >= 50, `${mutants.length} mutants`)
  for (const mutant of mutants) t.doesNotThrow(() => mutated(mutant), mutant.what)
  const whats = mutants.map(({ what }) => what)
  t.equal(new Set(whats).size, whats.length, 'each breaks something of its own')
})
