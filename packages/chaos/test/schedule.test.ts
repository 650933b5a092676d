import t from 'tap'
import { KINDS } from '../src/faults/kinds.ts'
import { scheduleOf } from '../src/faults/schedule.ts'

const length = 180_000
const schedule = (seed: number) => scheduleOf({ seed, length, kinds: KINDS })

t.test('what goes wrong', async (t) => {
  await t.test('is the same for the same seed, and another for another', async (t) => {
    t.same(schedule(1), schedule(1))
    t.notSame(schedule(1), schedule(2))
  })

  await t.test('is something of everything within three minutes', async (t) => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const seen = new Set(schedule(seed).map(({ kind }) => kind))
      t.same(
        KINDS.filter(({ name }) => !seen.has(name)).map(({ name }) => name),
        [],
      )
    }
  })

  await t.test('is over before the same target suffers again, and at the end', async (t) => {
    const faults = schedule(3)
    for (const [index, { at, target, lasts }] of faults.entries()) {
      const next = faults.slice(index + 1).find((other) => other.target === target)
      t.ok(at + lasts < (next?.at ?? Infinity))
      t.ok(at + lasts <= length)
    }
  })
})
