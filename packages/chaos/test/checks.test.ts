import t from 'tap'
import { checkAnswers, checkForeign } from '../src/checks/answers.ts'
import { checkAudit } from '../src/checks/audit.ts'
import { checkCopies } from '../src/checks/copies.ts'
import {
  checkMemory,
  checkRecovery,
  isUnnoticed,
  outagesOf,
  recoveriesOf,
} from '../src/checks/recovery.ts'
import { checkWrites } from '../src/checks/writes.ts'
import { findingsOf, type Observations } from '../src/findings.ts'
import { isKept, reportOf } from '../src/report.ts'
import type { Recorded } from '../src/stage/inspection.ts'
import type { Call, Shown } from '../src/work/history.ts'

const HOSPITAL = '00000000-0000-4000-8000-000000000001'

const patient = (version: number, value = `home ${version}, active`): Shown => ({
  type: 'patient',
  id: 'p1',
  version,
  mark: 'M0x1',
  value,
})
const call = (given: Partial<Call>): Call => ({
  operation: 'read patient',
  hospital_id: HOSPITAL,
  from: 1_000,
  until: 1_100,
  status: 200,
  foreign: [],
  ...given,
})
const created = call({
  operation: 'create patient',
  status: 201,
  request_id: 'r1',
  shown: patient(1),
})
const updated = call({ operation: 'update patient', request_id: 'r2', shown: patient(2) })
const read = call({ request_id: 'r3', shown: patient(2) })
const event = (request_id: string, action: string, given: Partial<Recorded> = {}): Recorded => ({
  hospital_id: HOSPITAL,
  request_id,
  action,
  outcome: 'success',
  entity_id: 'p1',
  ...given,
})
const history = [created, updated, read]
const events = [
  event('r1', 'patient.created'),
  event('r2', 'patient.updated'),
  event('r3', 'patient.read'),
]
const fault = { at: 0, kind: 'kill -9', target: 'auth', lasts: 0 }

t.test('a history in which everything is right', async (t) => {
  t.match(checkWrites(history, [patient(2)]), { acknowledged: 2, losses: [], doubles: [] })
  t.same(checkAudit(history, [patient(2)], events), { expected: 3, missing: [], doubles: [] })
  t.same(checkAnswers(history, []), [])
  t.same(checkForeign(history), [])
})

t.test('what broke is seen in the writes', async (t) => {
  const losses = (calls: Call[], found: Shown[]) => checkWrites(calls, found).losses.join('; ')
  const doubles = (calls: Call[], found: Shown[]) => checkWrites(calls, found).doubles.join('; ')

  t.match(losses(history, []), /M0x1 is not there/, 'a lost record')
  t.match(losses(history, [patient(1)]), /version 2 was answered, 1 is there/, 'a lost change')
  t.match(losses(history, [patient(2, 'elsewhere')]), /"elsewhere" is there/, 'another change')
  const old = call({ shown: patient(1) })
  t.match(losses([...history, old], [patient(2)]), /version 1 after 2/, 'a change that went back')
  const mute = call({ operation: 'update patient' })
  t.match(losses([mute], []), /without a record/)

  t.match(doubles(history, [patient(2), { ...patient(1), id: 'p2' }]), /M0x1 is there 2 times/)
  t.match(doubles([...history, updated], [patient(2)]), /version 2 was made by 2 writes/)
  const again = { ...created, isReplay: true, shown: { ...patient(1), id: 'p2' } }
  t.match(doubles([...history, again], [patient(2)]), /several ids/, 'a key that created twice')
})

t.test('what broke is seen in the audit', async (t) => {
  const missing = (told: Recorded[], found = [patient(2)]) =>
    checkAudit(history, found, told).missing.join('; ')
  const doubles = (told: Recorded[], found = [patient(2)]) =>
    checkAudit(history, found, told).doubles.join('; ')

  t.match(missing(events.slice(0, 2)), /read patient, answered 200, request r3: no event/)
  t.match(missing(events.slice(1)), /create patient.*no event.*version 2, 1 events of changes/)
  t.match(missing([...events.slice(0, 2), event('r3', 'patient.listed')]), /recorded as/)
  const elsewhere = event('r3', 'patient.read', { hospital_id: 'another' })
  t.match(missing([...events.slice(0, 2), elsewhere]), /in another hospital's chain/)
  t.match(doubles([...events, event('r3', 'patient.read')]), /r3: patient.read, patient.read/)

  const untold = missing(events, [patient(3)])
  t.match(untold, /version 3, 2 events/, 'a change that nobody was told of, and no event either')
  const unheard = event('r9', 'patient.updated')
  t.match(doubles([...events, unheard]), /version 2, 3 events/, 'an event without a change')
  t.match(doubles([...events, unheard, unheard]), /r9/, 'an event doubled, its answer lost')

  const denied = call({ operation: 'name another hospital', status: 403, request_id: 'r4' })
  t.match(checkAudit([denied], [], []).missing, [/403, request r4: no event/])
})

t.test('what broke is seen in the answers', async (t) => {
  const outage = { from: 2_000, until: 3_000 }
  const at = (from: number, given: Partial<Call>) =>
    checkAnswers([call({ from, until: from + 100, ...given })], [outage]).length

  t.equal(at(2_500, { status: 500 }), 1, 'a 500, at any time')
  for (const status of [502, 503, 504]) t.equal(at(2_500, { status }), 0, `${status}: during`)
  t.equal(at(7_900, { status: 503 }), 0, 'a 503 within five seconds after')
  t.equal(at(8_100, { status: 503 }), 1, 'a 503 after that')
  t.equal(at(500, { status: 503 }), 1, 'a 503 before')
  const { status: _, ...unanswered } = call({ from: 9_000, until: 9_100 })
  t.equal(checkAnswers([unanswered], [outage]).length, 1, 'no answer')
  t.equal(at(2_500, { status: 401 }), 1, 'signed out by a fault')
  t.equal(at(2_500, { status: 404 }), 1, 'not there')
  t.equal(at(2_500, { operation: 'update patient', status: 412 }), 0, 'changed meanwhile')
  t.equal(at(2_500, { operation: 'name another hospital', status: 200 }), 1, 'let in')

  const shown = checkForeign([call({ foreign: ['Heronmark'] })])
  t.match(shown, [/read patient showed Heronmark/], 'a row of another hospital')
})

t.test('what does not recover is seen', async (t) => {
  const wound = { fault, from: 1_000, until: 1_500 }
  const later = { fault, from: 4_000, until: 4_500 }
  t.same(
    outagesOf([later, wound], (time) => (time > 4_000 ? 6_000 : 5_000)),
    [{ from: 1_000, until: 6_000 }],
    'a fault that comes before the last one was made good is part of its outage',
  )
  const outages = outagesOf([wound], () => undefined)
  t.same(outages, [{ from: 1_000, until: Infinity }])
  t.match(checkRecovery(recoveriesOf([wound], outages)), [/after kill -9 auth/])
  t.same(checkRecovery(recoveriesOf([wound], [{ from: 1_000, until: 9_000 }])), [])
  const soon = () => 2_000
  const restarted = { ...wound, fault: { ...fault, kind: 'restart' } }
  t.notOk(isUnnoticed(wound, soon))
  t.ok(isUnnoticed({ ...wound, fault: { ...fault, target: 'nats' } }, soon), 'nobody needs NATS')
  t.ok(isUnnoticed(restarted, soon), 'somebody takes over')
  t.notOk(
    isUnnoticed(restarted, () => 5_000),
    'somebody takes over too late',
  )
  t.same(checkMemory(new Map([['auth', 100]]), new Map([['auth', 200]])), [])
  t.match(checkMemory(new Map([['auth', 100]]), new Map([['auth', 300]])), [/auth held 100 MB/])
})

t.test('what was not heard is seen', async (t) => {
  const check = (...copies: Parameters<typeof checkCopies>[1]) =>
    checkCopies([patient(2)], copies).join()
  t.equal(check({ id: 'p1', version: 2, is_active: true }), '')
  t.match(check(), /is not known/)
  t.match(check({ id: 'p1', version: 1, is_active: true }), /known in version 1, is in 2/)
  t.match(check({ id: 'p1', version: 2, is_active: false }), /M0x1/)
})

t.test('a run is only good when nothing broke, and something was tried', async (t) => {
  const observations: Observations = {
    history,
    wounds: [{ fault, from: 1_000, until: 1_500 }],
    wholeAfter: () => 2_000,
    awayBefore: () => ['auth'],
    slowSpells: [],
    isWhole: true,
    waiting: 0,
    memoryBefore: new Map([['auth', 100]]),
    memoryAfter: new Map([['auth', 100]]),
    records: [patient(2)],
    chains: [{ hospital_id: HOSPITAL, ok: true, events: 3 }],
    events,
    deadLetters: 0,
    copies: [{ id: 'p1', version: 2, is_active: true }],
    letIn: [],
  }
  const kept = (given: Partial<Observations>) => isKept(findingsOf({ ...observations, ...given }))
  t.ok(kept({}))
  t.notOk(kept({ wounds: [] }), 'no fault')
  t.notOk(kept({ history: [], events: [], records: [] }), 'no work')
  t.notOk(kept({ isWhole: false }))
  t.notOk(kept({ waiting: 1 }))
  t.notOk(kept({ deadLetters: 1 }))
  t.notOk(kept({ letIn: ['a token of an ended session is answered 200'] }))
  t.notOk(kept({ copies: [] }))
  t.notOk(kept({ chains: [{ hospital_id: HOSPITAL, ok: false, events: 3 }] }))

  const report = reportOf(findingsOf({ ...observations, events: events.slice(1) }))
  t.match(report, /^losses {11}2$/m)
  t.match(report, /^slowest recovery 0.5 s after kill -9 auth, for auth$/m)
  t.match(report, /^✗ no event is missing\n {4}create patient/m)
  t.match(report, /^✓ no write is there twice$/m)
})
