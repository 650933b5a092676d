import t from 'tap'
import { inHours, open } from './helper.ts'

t.test('1000 at once want 10 slots', async (t) => {
  const { as, sql, doctor, patient, calling, city } = await open(t)
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
    wishes.map(async (payload) => {
      for (;;) {
        const answer = await desk.post('/api/appointments', { payload })
        if (answer.statusCode !== 503) return answer
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200))
      }
    }),
  )
  const statuses = Map.groupBy(answers, ({ statusCode }) => statusCode)
  t.equal(statuses.get(201)?.length, 10, 'one for each slot')
  t.equal(statuses.get(409)?.length, 990, 'all others hear that it is taken')
  for (const answer of statuses.get(409) ?? []) t.equal(answer.json().code, 'slot_taken')

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
