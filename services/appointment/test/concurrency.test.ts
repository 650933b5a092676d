import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { inHours, open } from './helper.ts'

interface Answered {
  statusCode: number
}

/** Tries again while the service is too busy to say. */
async function untilAnswered<Answer extends Answered>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer.statusCode !== 503) return answer
    await sleep(50 + Math.random() * 200)
  }
}

function countsOf(answers: readonly Answered[]) {
  const groups = Object.entries(Object.groupBy(answers, ({ statusCode }) => statusCode))
  return Object.fromEntries(groups.map(([status, group]) => [status, group?.length]))
}

t.test('1000 at once want 10 slots, at two processes', async (t) => {
  const { as, besides, sql, doctor, patient, calling, city } = await open(t)
  const { id: doctor_id } = await doctor()
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
  const hours = { start_time: '00:00', end_time: '24:00' }
  await calling('hospital', { role: 'admin', ...city }).put(
    `/api/doctors/${doctor_id}/availability`,
    {
      payload: {
        slot_minutes: 30,
        available_times: days.map((day_of_week) => ({ day_of_week, ...hours })),
      },
    },
  )
  const day = inHours(48).slice(0, 10)
  const desk = as()
  const desks = [desk, await besides()]
  const free = async () =>
    (await desk.get(`/api/appointments/slots?doctor_id=${doctor_id}&from=${day}&to=${day}`)).json()
      .results
  const slots = (await free()).slice(0, 10)
  t.equal(slots.length, 10)
  const patients = await Promise.all(Array.from({ length: 20 }, () => patient()))
  const wishes = Array.from({ length: 1000 }, (_, index) => ({
    doctor_id,
    patient_id: patients[(index * 7) % patients.length].id,
    starts_at: slots[index % slots.length].starts_at,
  }))
  const answers = await Promise.all(
    wishes.map((payload, index) =>
      untilAnswered(async () => {
        const at = desks[index % desks.length] as typeof desk
        return at.post('/api/appointments', { payload })
      }),
    ),
  )
  const statuses = Map.groupBy(answers, ({ statusCode }) => statusCode)
  t.equal(statuses.get(201)?.length, 10, 'one for each slot')
  t.equal(statuses.get(409)?.length, 990, 'all others hear that it is taken')
  for (const answer of statuses.get(409) ?? []) t.equal(answer.json().code, 'slot_taken')

  // One patient, who many doctors want to see at the same hour; then many visits that want to move to one.
  const [wanted, ...doctors] = await Promise.all([
    patient(),
    ...Array.from({ length: 8 }, () => doctor()),
  ])
  const starts_at = inHours(200)
  const confirm_unavailable = true
  const visits = await Promise.all(
    doctors.map(({ id }, index) =>
      untilAnswered(async () =>
        (desks[index % 2] as typeof desk).post('/api/appointments', {
          payload: { doctor_id: id, patient_id: wanted.id, starts_at, confirm_unavailable },
        }),
      ),
    ),
  )
  t.same(countsOf(visits), { 201: 1, 409: 7 }, 'nobody sees two doctors at once')
  const made = await Promise.all(
    patients.slice(0, 6).map(async ({ id }, index) => {
      const meeting = { doctor_id, patient_id: id, starts_at: inHours(300 + index) }
      return desk.post('/api/appointments', { payload: { ...meeting, confirm_unavailable } })
    }),
  )
  const moved = await Promise.all(
    made.map((answer, index) =>
      untilAnswered(async () =>
        (desks[index % 2] as typeof desk).patch(`/api/appointments/${answer.json().id}`, {
          payload: { starts_at: inHours(310), confirm_unavailable },
        }),
      ),
    ),
  )
  t.same(countsOf(moved), { 200: 1, 409: 5 }, 'one moves there')

  const overlaps = await sql(
    `select a.id from appointment a join appointment b on a.hospital_id = b.hospital_id
      and a.id < b.id and (a.doctor_id = b.doctor_id or a.patient_id = b.patient_id)
      and a.starts_at < b.ends_at and b.starts_at < a.ends_at
      where a.status not in ('cancelled', 'no_show') and b.status not in ('cancelled', 'no_show')`,
  )
  t.same(overlaps, [], 'no two at the same time')
  const left = await free()
  const taken = new Set(slots.map(({ starts_at }: { starts_at: string }) => starts_at))
  t.notOk(left.some(({ starts_at }: { starts_at: string }) => taken.has(starts_at)))
})
