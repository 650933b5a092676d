import { World } from '@wardstone/cluster/testing'
import t from 'tap'
import { untilJudging } from '../src/ask.ts'
import { furnish } from '../src/cast.ts'
import { gatewayDoor, serviceDoor } from '../src/door.ts'
import { CITY, RIVERSIDE } from '../src/hospitals.ts'
import { matrixViolations } from '../src/matrix/matrix.ts'
import { matrix } from '../src/matrix/proof.ts'
import { setScene } from '../src/matrix/scene.ts'
import { operationsOf } from '../src/operations.ts'
import { tokenOf } from '../src/people.ts'
import { proved } from './proved.ts'

t.setTimeout(400_000)

t.test(matrix.claim, (t) => proved(t, matrix))

t.test('a leak is heard and the first violation ends a quick run', async (t) => {
  const world = await World.start({ services: ['auth', 'patient'], gateways: 0 })
  t.teardown(() => world.close())
  const cast = await furnish(world)
  await world.openGateway()
  await untilJudging(world.url, tokenOf(world, cast.city.admin))
  const scene = await setScene(world, cast, gatewayDoor(world))
  await world.sql('patient', 'update patient set last_name = $2 where hospital_id = $1', [
    CITY.id,
    RIVERSIDE.name,
  ])
  const { violations } = await matrixViolations(scene, { failFast: true })
  t.match(violations[0], /holds “riversidecanary” of Riverside/)
})

t.test('a service without its gateway is asked the same', async (t) => {
  const world = await World.start({ services: ['patient'], gateways: 0 })
  t.teardown(() => world.close())
  const scene = await setScene(world, await furnish(world), serviceDoor(world))
  const { violations, rows } = await matrixViolations(scene)
  t.same(violations, [])
  t.ok(rows.some(({ name }) => name === 'Riverside’s id in the path'))
})

t.test('what the reader does not understand is not left out', async (t) => {
  const operation = (documented: object) => () =>
    operationsOf('patient', { paths: { '/api/x': { get: { responses: {}, ...documented } } } })
  t.throws(operation({ 'x-permission': 'x.read' }), /no permission of the table/)
  const parameters = [{ name: 'x', in: 'cookie', schema: {} }]
  t.throws(operation({ parameters }), /knows no such place/)
  t.throws(operation({ requestBody: { content: { 'text/csv': { schema: {} } } } }), /JSON bodies/)
  const schema = { $ref: '#/components/schemas/Missing' }
  t.throws(operation({ requestBody: { content: { 'application/json': { schema } } } }), /Missing/)
})
