import { createPrivateKey, createPublicKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { callerOf } from '@wardstone/cluster/testing'
import t, { type Test } from 'tap'
import { nextEntry } from '../src/chain/entry.ts'
import { genesisHash } from '../src/chain/hash.ts'
import { readNote, verifierKey } from '../src/checkpoints/note.ts'
import {
  build,
  CITY,
  many,
  RIVERSIDE,
  somethingHappened,
  systemRepository,
  until,
} from './helper.ts'

const TABLES = ['event', 'checkpoint', 'chain_head']

/** A chain of 50 with a checkpoint at 40, in the hands of a superuser of its database. */
async function chainOfFifty(t: Test) {
  const service = await build(t, { checkpointSeconds: 1, withoutNats: true })
  const { as, urls, sql, files } = service
  const repository = systemRepository(t, urls.systemUrl)
  const underGlass = { break_glass: { id: randomUUID(), reason_code: 'ETREAT' as const } }
  await repository.append([
    ...many(14),
    somethingHappened(underGlass),
    ...many(25),
    ...many(10, { hospital_id: RIVERSIDE.hospital_id }),
  ])
  await until(async () => (await sql('select from checkpoint')).length === 2)
  await repository.append(many(10))
  const admin = as({ role: 'admin' })
  const verify = async () => (await admin.get('/api/audit/verify')).json()
  t.match(await verify(), { ok: true, events: 50 })
  const publicKey = createPublicKey(
    createPrivateKey({
      key: JSON.parse(readFileSync(files.CHECKPOINT_KEY_FILE, 'utf8')),
      format: 'jwk',
    }),
  )
  const change = (text: string) =>
    sql(
      text
        .replaceAll('CITY', `'${CITY.hospital_id}'`)
        .replaceAll('RIVERSIDE', `'${RIVERSIDE.hospital_id}'`),
    )
  await sql('set session_replication_role = replica')
  for (const table of TABLES) await sql(`create table as_it_was_${table} as table ${table}`)
  const restore = async () => {
    for (const table of TABLES) {
      await sql(`delete from ${table}`)
      await sql(`insert into ${table} table as_it_was_${table}`)
    }
  }
  return { ...service, repository, verify, change, restore, publicKey }
}

t.test('finds the first event that is not as it was', async (t) => {
  const { verify, change, restore, as } = await chainOfFifty(t)
  for (const [what, statement, firstBad] of [
    [
      'a byte of an event',
      `update event set payload_canon = replace(payload_canon, 'nurse_city', 'nurse_cit7') where hospital_id = CITY and seq = 17`,
      17,
    ],
    [
      'who did it, in the column that is searched',
      `update event set actor_id = null where hospital_id = CITY and seq = 18`,
      18,
    ],
    [
      'a broken glass that nobody broke, in the column that is searched',
      `update event set break_glass_id = event_id where hospital_id = CITY and seq = 16`,
      16,
    ],
    [
      'a broken glass, gone from the column that is searched',
      `update event set break_glass_id = null where hospital_id = CITY and seq = 15`,
      15,
    ],
    [
      'the reason of a broken glass',
      `update event set payload_canon = replace(payload_canon, 'ETREAT', 'TREAT') where hospital_id = CITY and seq = 15`,
      15,
    ],
    [
      'when it happened',
      `update event set occurred_at = '2020-01-01T00:00:00.000Z' where hospital_id = CITY and seq = 19`,
      19,
    ],
    ['a hash', `update event set hash = sha256(hash) where hospital_id = CITY and seq = 20`, 20],
    ['an event in the middle, gone', 'delete from event where hospital_id = CITY and seq = 21', 21],
    ['the first event, gone', 'delete from event where hospital_id = CITY and seq = 1', 1],
    ['the tail, gone', 'delete from event where hospital_id = CITY and seq > 47', 48],
    [
      'the signed statement',
      `update checkpoint set note = replace(note, E'\\n40\\n', E'\\n39\\n') where hospital_id = CITY and seq = 40`,
      40,
    ],
    [
      'another hospital’s statement',
      `update checkpoint set note = (select note from checkpoint where hospital_id = RIVERSIDE) where hospital_id = CITY and seq = 40`,
      40,
    ],
  ] as const) {
    await t.test(what, async (t) => {
      await change(statement)
      t.match(await verify(), { ok: false, events: firstBad - 1, first_bad_seq: firstBad })
      await restore()
    })
  }

  await t.test('events of two hospitals that changed places', async (t) => {
    const columns =
      'event_id, occurred_at, happened_at, action, outcome, actor_id, break_glass_id, payload_canon, prev_hash, hash'
    await change(`update event set (${columns}) = (select ${columns} from event as other
      where other.seq = event.seq and other.hospital_id <> event.hospital_id) where seq = 5`)
    t.match(await verify(), { ok: false, first_bad_seq: 5 })
    const riverside = await as({ role: 'admin', ...RIVERSIDE }).get('/api/audit/verify')
    t.match(riverside.json(), { ok: false, first_bad_seq: 5 })
    await restore()
  })

  await t.test('and nothing, when all is as it was', async (t) => {
    t.match(await verify(), { ok: true, events: 50 })
  })
})

t.test(
  'notices a tail cut off with its head and its statement: the file outside remembers',
  async (t) => {
    const { verify, change, sql } = await chainOfFifty(t)
    await change('delete from event where hospital_id = CITY and seq > 30')
    await change('delete from checkpoint where hospital_id = CITY')
    await change(`update chain_head set seq = 30, hash = (select hash from event
    where event.hospital_id = chain_head.hospital_id and seq = 30) where hospital_id = CITY`)
    t.match(await verify(), { ok: false, first_bad_seq: 31 })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    t.same(
      await sql(`select from checkpoint where hospital_id = '${CITY.hospital_id}'`),
      [],
      'and does not sign it',
    )
  },
)

t.test('notices a chain that was written anew from the start, also after a restart', async (t) => {
  const { verify, change, sql, start } = await chainOfFifty(t)
  await change('delete from event where hospital_id = CITY')
  await change('delete from checkpoint where hospital_id = CITY')
  let head = { seq: 0, hash: genesisHash(CITY.hospital_id) }
  for (let seq = 1; seq <= 60; seq += 1) {
    const entry = nextEntry(head, somethingHappened(), new Date().toISOString())
    const columns = Object.keys(entry)
    const places = columns.map((_, index) => `$${index + 1}`)
    await sql(`insert into event (${columns}) values (${places})`, Object.values(entry))
    head = entry
  }
  await sql('update chain_head set seq = $1, hash = $2 where hospital_id = $3', [
    head.seq,
    head.hash,
    CITY.hospital_id,
  ])
  t.match(await verify(), { ok: false, events: 39, first_bad_seq: 40 })

  const other = await start()
  t.teardown(() => other.close())
  await other.ready()
  const answer = await callerOf(other, 'audit', { role: 'admin', ...CITY }).get('/api/audit/verify')
  t.match(answer.json(), { ok: false, events: 39, first_bad_seq: 40 })
})

t.test('GET /api/audit/checkpoints hands out signed notes', async (t) => {
  const { as, publicKey, repository, sql } = await chainOfFifty(t)
  await repository.append(many(5))
  await until(async () => (await sql('select from checkpoint')).length >= 3)
  const admin = as({ role: 'admin' })
  const page = (await admin.get('/api/audit/checkpoints?limit=1')).json()
  t.equal(page.verifier_key, verifierKey(publicKey))
  t.match(readNote(page.results[0].note, publicKey), {
    hospitalId: CITY.hospital_id,
    seq: page.results[0].seq,
  })
  const next = (await admin.get(`/api/audit/checkpoints?limit=1&cursor=${page.next_cursor}`)).json()
  t.ok(next.results[0].seq < page.results[0].seq)
})
