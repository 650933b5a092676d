import Fastify from 'fastify'
import pg from 'pg'

/**
 * The same page of twenty patients, by the same index and with the same fields as ours, without a
 * login, row level security, audit or transaction: baseline (c). Arguments: the superuser's URL of the
 * database, and the hospital.
 */
const [url, hospital] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString: url, max: 10 })

const TEXTS =
  'id mrn first_name last_name middle_name date_of_birth gender blood_group phone email address national_id preferred_language medical_history allergy_status created_at updated_at'
const FLAGS = 'date_of_birth_estimated is_unknown is_restricted is_active'
const OBJECTS = 'emergency_contact identifiers allergies'
const columns = `${TEXTS} ${FLAGS} ${OBJECTS} version`.split(' ')
const PAGE = {
  name: 'page',
  text: `select ${columns.join(', ')} from patient
    where hospital_id = $1 and is_active order by created_at desc, id desc limit 20`,
}

const as = (names: string, schema: object) =>
  Object.fromEntries(names.split(' ').map((name) => [name, schema]))
const patient = {
  type: 'object',
  properties: {
    ...as(TEXTS, { type: ['string', 'null'] }),
    ...as(FLAGS, { type: 'boolean' }),
    ...as(OBJECTS, {}),
    version: { type: 'integer' },
  },
}
const results = { type: 'array', items: patient }
const response = { 200: { type: 'object', properties: { results } } }

const app = Fastify()
app.get('/patients', { schema: { response } }, async () => ({
  results: (await pool.query({ ...PAGE, values: [hospital] })).rows,
}))
process.send?.(await app.listen({ port: 0, host: '127.0.0.1' }))
