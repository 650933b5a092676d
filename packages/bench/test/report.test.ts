import t from 'tap'
import { median } from '../src/measure.ts'
import { ratioPlot } from '../src/report/plot.ts'
import { ratioOf } from '../src/report/results.ts'
import { pageOf } from '../src/report/table.ts'

const measured = (requestsPerSecond: number) => ({
  requests: requestsPerSecond * 5,
  seconds: 5,
  connections: 32,
  requestsPerSecond,
  p50: 1.25,
  p99: 9.5,
  p999: 20,
  refused: 1,
  broken: 2,
  cost: { gateway: 0.5, patient: 0.25 },
})

t.test('a run as it is told', async (t) => {
  const alone = { name: 'alone', measured: measured(1234) }
  const compared = { name: 'W1 <page>', measured: measured(600), beside: measured(1200), goal: 0.4 }
  t.equal(ratioOf(alone), undefined)
  t.equal(ratioOf(compared), 0.5)

  const page = pageOf(
    {
      at: '2026-11-25T22:00:00.000Z',
      commit: 'abc1234',
      machine: '2 processors',
      command: 'pnpm bench --save',
      sections: { 'What a desk sends': [alone, compared] },
    },
    { 'What a desk sends': 'benchmarks/desk.svg' },
  )
  t.match(page, '| alone |  |  | 1,234 | 1.3 | 9.5 | 20.0 | 1 | 2 | gateway 0.50, patient 0.25 |')
  t.match(page, '| W1 <page> | 0.50 | ≥ 0.4 | 600 |')
  t.match(page, '![What a desk sends](benchmarks/desk.svg)')

  const plot = ratioPlot('Desk', [alone, compared]) ?? ''
  t.match(plot, /<svg .*W1 &lt;page>.*>0\.50<\/text>.*<\/svg>/s)
  t.equal(plot.match(/stroke="#c0392b"/g)?.length, 1, 'the goal is marked')
  t.equal(ratioPlot('Desk', [alone]), undefined)
})

t.test('the median is a run that there was', async (t) => {
  const runs = [300, 100, 200].map(measured)
  t.equal(median(runs), runs[2])
  t.throws(() => median([]), /Nothing was measured/)
})
