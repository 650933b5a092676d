import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Bulkhead } from '../src/index.ts'

const BUSY = { code: 'unavailable', message: 'Too many' }

t.test('a bulkhead', async (t) => {
  await t.test('runs few at once, in order, and lets the next in when one fails', async (t) => {
    const queue = new Bulkhead({ concurrent: 2, waiting: 10, patienceMs: 1000 }, 'Too many')
    let running = 0
    let most = 0
    const order: number[] = []
    const task = (index: number) => async () => {
      running += 1
      most = Math.max(most, running)
      await sleep(5)
      running -= 1
      order.push(index)
      if (index === 3) throw new Error('broken')
    }
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, i) => queue.run(task(i))),
    )
    t.equal(most, 2)
    t.same(
      order,
      [...order].sort((one, other) => one - other),
    )
    t.equal(results.filter(({ status }) => status === 'rejected').length, 1)
  })

  await t.test('refuses those who would wait behind too many', async (t) => {
    const queue = new Bulkhead({ concurrent: 1, waiting: 2, patienceMs: 1000 }, 'Too many')
    const tasks = Array.from({ length: 3 }, () => queue.run(() => sleep(10)))
    await t.rejects(
      queue.run(async () => 'never'),
      BUSY,
    )
    await Promise.all(tasks)
    t.equal(await queue.run(async () => 'later'), 'later')
  })

  await t.test('lets nobody wait too long, and forgets who gave up', async (t) => {
    const queue = new Bulkhead({ concurrent: 1, waiting: 2, patienceMs: 20 }, 'Too many')
    const long = queue.run(() => sleep(100))
    let ran = false
    await t.rejects(
      queue.run(async () => {
        ran = true
      }),
      BUSY,
    )
    await long
    await queue.run(async () => undefined)
    t.notOk(ran)
  })
})
