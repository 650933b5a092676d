import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { privateNats } from '@wardstone/cluster/testing'
import { connectNats, ensureStreams } from '@wardstone/events'
import { createLogger } from '@wardstone/service'
import t from 'tap'
import { inHours, open } from './helper.ts'

/** Asks until `condition` holds; what comes over NATS takes a moment. */
async function eventually(condition: () => Promise<boolean>) {
  const end = Date.now() + 20_000
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('It did not happen.')
    await sleep(25)
  }
}

t.test('what the service knows of others’ records', async (t) => {
  const natsUrl = await privateNats(t)
  await ensureStreams(natsUrl)
  const { as, city, calling, world, sql, doctor, patient } = await open(t, { natsUrl })
  const desk = as()
  const nats = connectNats({ url: natsUrl, name: 'admin', logger: createLogger('test', 'silent') })
  t.teardown(() => nats.close())
  await eventually(async () => nats.connection !== undefined)
  const publish = (subject: string, payload: string) =>
    nats.connection?.jetstream().publish(subject, payload)
  const occurred_at = new Date().toISOString()
  const book = async (fields: object) => desk.post('/api/appointments', { payload: fields })
  const knows = (table: string, id: string, where = 'true') =>
    eventually(async () => {
      const rows = await sql(`select from ${table} where id = $1 and ${where}`, [id])
      return rows.length === 1
    })

  await t.test('somebody new can be booked at once', async (t) => {
    const [who, whom] = [await patient(), await doctor()]
    const meeting = { patient_id: who.id, doctor_id: whom.id, starts_at: inHours(40) }
    t.equal((await book(meeting)).statusCode, 201)
  })

  await t.test('a new name is shown soon, of old appointments too', async (t) => {
    const [who, whom] = [await patient(), await doctor()]
    const meeting = { patient_id: who.id, doctor_id: whom.id, starts_at: inHours(41) }
    const { id } = (await book(meeting)).json()
    const nurse = calling('patient', { role: 'nurse', ...city })
    await nurse.patch(`/api/patients/${who.id}`, { payload: { last_name: 'Adeyemi' } })
    await knows('known_patient', who.id, "last_name = 'Adeyemi'")
    t.equal((await desk.get(`/api/appointments/${id}`)).json().patient_name, 'Amina Adeyemi')
    const found = await desk.get('/api/appointments/search?q=adeyemi')
    t.equal(found.json().results.length, 1)
    const former = await desk.get(`/api/appointments/search?q=${who.last_name}`)
    t.same(former.json().results, [], 'the old name finds nothing')
  })

  await t.test('bad news of one hospital hold back nobody else’s', async () => {
    const stranger = randomUUID()
    const told = {
      hospital_id: stranger,
      id: randomUUID(),
      is_active: true,
      version: 1,
      occurred_at,
    }
    for (const [subject, payload] of [
      [`domain.${stranger}.patient.patient.updated`, 'no JSON'],
      [`domain.${stranger}.patient.patient.updated`, JSON.stringify({ ...told, is_active: 'yes' })],
      // Of a hospital that its owner does not know: asking fails, again and again.
      [`domain.${stranger}.hospital.hospital.updated`, '{}'],
    ] as const)
      await publish(subject, payload)
    const who = await patient()
    await knows('known_patient', who.id)
    await calling('patient', { role: 'admin', ...city }).delete(`/api/patients/${who.id}`)
    await knows('known_patient', who.id, 'not is_active')
  })

  await t.test('names do not travel', async (t) => {
    const rows = await world.sql<{ payload: string }>(
      'patient',
      "select payload from outbox where subject like 'domain.%'",
    )
    t.ok(rows.length > 0)
    for (const { payload } of rows) t.notMatch(payload, /Okafor|Amina|Adeyemi/)
  })

  await t.test(
    'without the owners, those who are known can be booked, as last heard; news that come late change nothing',
    async (t) => {
      const [who, whom, gone] = [await patient(), await doctor(), await patient()]
      const going = await patient()
      const admin = calling('patient', { role: 'admin', ...city })
      await admin.delete(`/api/patients/${gone.id}`)
      await admin.delete(`/api/patients/${who.id}`)
      await admin.post(`/api/patients/${who.id}/reactivate`)
      await knows('known_patient', who.id, 'version = 3 and is_active')
      await knows('known_patient', going.id)
      await knows('known_doctor', whom.id)
      await knows('known_patient', gone.id, 'not is_active')
      await eventually(async () => {
        const rows = await sql('select from known_hospital where hospital_id = $1', [
          city.hospital_id,
        ])
        return rows.length === 1
      })
      for (const service of ['patient', 'hospital'] as const) {
        const { app } = world.services[service]
        app.server.closeAllConnections()
        app.server.close()
      }
      const late = { hospital_id: city.hospital_id, is_active: false, version: 2, occurred_at }
      const deactivated = (id: string) =>
        publish(
          `domain.${city.hospital_id}.patient.patient.deactivated`,
          JSON.stringify({ ...late, id }),
        )
      await deactivated(who.id)
      await deactivated(going.id)
      await knows('known_patient', going.id, 'not is_active')
      const meeting = { patient_id: who.id, doctor_id: whom.id, starts_at: inHours(44) }
      t.equal((await book(meeting)).statusCode, 201)
      const inactive = await book({ ...meeting, patient_id: gone.id, starts_at: inHours(45) })
      t.match(inactive.json(), { status: 409, code: 'patient_inactive' })
      const nobody = { ...meeting, patient_id: who.id.replace(/^./, 'f'), starts_at: inHours(46) }
      const unknown = await book(nobody)
      t.match(unknown.json(), { status: 503, code: 'unavailable' })
      t.equal(unknown.headers['retry-after'], '1')
    },
  )
})

t.test('while an owner is being succeeded, somebody new can be booked', async (t) => {
  const { as, world, doctor, patient } = await open(t)
  const [who, whom] = [await patient(), await doctor()]
  const { server } = world.services.hospital.app
  const { port } = server.address() as AddressInfo
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const payload = { patient_id: who.id, doctor_id: whom.id, starts_at: inHours(40) }
  const booked = as().post('/api/appointments', { payload })
  await sleep(300)
  server.listen(port, '127.0.0.1')
  t.equal((await booked).statusCode, 201)
})
