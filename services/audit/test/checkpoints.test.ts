import { createPrivateKey } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { callerOf } from '@wardstone/cluster/testing'
import t from 'tap'
import { readCheckpointKeys } from '../src/checkpoints/keys.ts'
import { readNote, writeNote } from '../src/checkpoints/note.ts'
import { CheckpointWitness } from '../src/checkpoints/witness.ts'
import { verifyCommand } from '../src/verify-command.ts'
import {
  build,
  CITY,
  checkpointKey,
  many,
  RIVERSIDE,
  signer,
  systemRepository,
  until,
} from './helper.ts'

t.test('how busy another hospital is does not show in when a chain is signed', async (t) => {
  const { publish, sql } = await build(t)
  const checkpoints = () =>
    sql<{ hospital_id: string; seq: number }>('select hospital_id, seq::int from checkpoint')
  await publish(many(20))
  await publish(many(1010, { hospital_id: RIVERSIDE.hospital_id }))
  await until(async () => (await checkpoints()).length > 0)
  t.same(await checkpoints(), [{ hospital_id: RIVERSIDE.hospital_id, seq: 1000 }])

  await publish(many(985))
  await until(async () => (await checkpoints()).length > 1)
  t.same(
    (await checkpoints()).filter(({ seq }) => seq !== 1000),
    [],
    'each chain is signed at its own thousandth entry',
  )
  t.match(await checkpoints(), [{}, { hospital_id: CITY.hospital_id }])
})

t.test(
  'keys are rotated: what the old one signed still counts, what a stranger signed does not',
  async (t) => {
    const { urls, files, sql, start, as } = await build(t, { withoutNats: true })
    const repository = systemRepository(t, urls.systemUrl)
    const old = JSON.parse(readFileSync(files.CHECKPOINT_KEY_FILE, 'utf8'))
    const { d: _, ...oldPublic } = old
    const keep = (content: object) =>
      writeFileSync(files.CHECKPOINT_KEY_FILE, JSON.stringify(content))
    const grow = async () => {
      await repository.append(many(5))
      return (await signer(t, urls, files)).sign()
    }
    t.same(await grow(), [])
    const [alone] = (await as({ role: 'admin' }).get('/api/audit/checkpoints')).json().keys

    keep({ keys: [checkpointKey(), oldPublic] })
    t.same(await grow(), [])
    const app = await start()
    t.teardown(() => app.close())
    await app.ready()
    const admin = callerOf(app, 'audit', { role: 'admin', ...CITY })
    const page = async (query = '') => (await admin.get(`/api/audit/checkpoints${query}`)).json()
    const { keys, results } = await page()
    t.equal(keys.length, 2)
    t.same(keys[1], alone, 'the old one is still handed out')
    t.same(
      results.map(({ seq, kid }: { seq: number; kid: string }) => [seq, kid]),
      [
        [10, keys[0].kid],
        [5, keys[1].kid],
      ],
    )
    const { keys: known } = readCheckpointKeys(files.CHECKPOINT_KEY_FILE)
    for (const { seq, note } of results) {
      t.match(readNote(note, known), { hospitalId: CITY.hospital_id, seq })
    }
    const first = await page('?limit=1')
    t.same((await page(`?limit=1&cursor=${first.next_cursor}`)).results, [results[1]])
    t.match((await admin.get('/api/audit/verify')).json(), { ok: true, signed_seq: 10 })

    const run = async (args = ['--hospital', CITY.hospital_id], env = {}) => {
      const said: string[] = []
      const out: string[] = []
      const output = {
        out: (text: string) => out.push(text),
        say: (text: string) => said.push(text),
      }
      const code = await verifyCommand(
        args,
        { ...files, DATABASE_URL: urls.databaseUrl, ...env },
        output,
      )
      return { code, said: said.join(), verdict: out[0] && JSON.parse(out[0]) }
    }
    await t.test('pnpm audit:verify says so too', async (t) => {
      t.match(await run(), { code: 0, verdict: { ok: true, events: 10, signed_seq: 10 } })
      t.match(await run(['--hospital', RIVERSIDE.hospital_id]), { code: 2, said: /no entry/ })
      t.match(await run(['--hospital', 'x']), { code: 2, said: /Usage/ })
      t.match(await run(undefined, { DATABASE_URL: 'postgres://u:p@127.0.0.1:1/x' }), { code: 2 })
      t.match(await run(undefined, { CHECKPOINT_KEY_FILE: '/nowhere' }), {
        code: 2,
        said: /nowhere/,
      })
    })

    await t.test('a key that is no longer known', async (t) => {
      const content = JSON.parse(readFileSync(files.CHECKPOINT_KEY_FILE, 'utf8'))
      keep(content.keys[0])
      const finding = { first_bad_seq: 5, finding: 'checkpoint' }
      t.match(await run(), {
        code: 1,
        said: /ALTERED: entry 5 /,
        verdict: { ok: false, ...finding },
      })
      keep(content)
    })

    await t.test('a key that nobody knew', async (t) => {
      const [row] = await sql<{ hash: Buffer }>('select hash from event where seq = 5')
      const note = writeNote(
        {
          hospitalId: CITY.hospital_id,
          seq: 5,
          hash: row?.hash as Buffer,
          time: new Date().toISOString(),
        },
        createPrivateKey({ key: checkpointKey(), format: 'jwk' }),
      )
      await sql('set session_replication_role = replica')
      await sql('update checkpoint set note = $1 where seq = 5', [note])
      t.match(await run(), { code: 1, verdict: { first_bad_seq: 5, finding: 'checkpoint' } })
      t.match((await admin.get('/api/audit/verify')).json(), { ok: false, first_bad_seq: 5 })
    })
  },
)

t.test(
  'while one process takes over from another both sign, and neither gets ahead of the file',
  async (t) => {
    const { urls, files, start, as } = await build(t, { withoutNats: true })
    const repository = systemRepository(t, urls.systemUrl)
    const signers = await Promise.all([1, 2, 3].map(() => signer(t, urls, files)))
    for (let round = 0; round < 8; round += 1) {
      const signed = signers.map(async (each, turn) => {
        await repository.append(many(3, turn === 1 ? { hospital_id: RIVERSIDE.hospital_id } : {}))
        return each.sign()
      })
      t.same((await Promise.all(signed)).flat(), [])
    }
    const lines = readFileSync(files.CHECKPOINT_FILE, 'utf8').split('\n').filter(Boolean)
    const seqs = lines
      .map((line) => JSON.parse(line))
      .filter((each) => each.hospital_id === CITY.hospital_id)
    t.same(
      seqs,
      [...seqs].sort((a, b) => a.seq - b.seq),
      'in order',
    )
    t.equal(new Set(seqs.map(({ seq }) => seq)).size, seqs.length, 'each once')
    const app = await start()
    t.teardown(() => app.close())
    t.match((await as({ role: 'admin' }).get('/api/audit/verify')).json(), { ok: true, events: 48 })
  },
)

t.test('a process that begins while another signs hears of every line', async (t) => {
  const file = join(t.testdir(), 'checkpoints.jsonl')
  const line = `${JSON.stringify({ hospital_id: RIVERSIDE.hospital_id, seq: 1, note: '' })}\n`
  writeFileSync(file, line.repeat(20_000))
  const signing = new CheckpointWitness(file)
  await signing.open()
  for (const wait of [1, 2, 4, 8, 16]) {
    const begun = new CheckpointWitness(file)
    await signing.look()
    const adding = sleep(wait).then(() => signing.add(CITY.hospital_id, wait, 'note'))
    await Promise.all([begun.open(), adding])
    await begun.look()
    t.equal(begun.newest(CITY.hospital_id)?.seq, wait)
    await begun.close()
  }
  await signing.close()
})

t.test('what cannot be committed twice in a row leaves no gap in the database', async (t) => {
  const { urls, files, sql, as } = await build(t, { withoutNats: true })
  const repository = systemRepository(t, urls.systemUrl)
  const { sign } = await signer(t, urls, files)
  const grow = async () => {
    await repository.append(many(5))
    return sign()
  }
  await sql(`create function lost() returns trigger language plpgsql as
    $$ begin raise exception 'lost' using errcode = '08006'; end $$`)
  await sql(`create constraint trigger lost after insert on checkpoint deferrable initially deferred
    for each row execute function lost()`)
  t.match(await grow(), [/tried again later/])
  t.match(await grow(), [/tried again later/])
  await sql('drop trigger lost on checkpoint')
  t.same(await grow(), [])
  const verdict = (await as({ role: 'admin' }).get('/api/audit/verify')).json()
  t.match(verdict, { ok: true, signed_seq: 15 })
})

t.test('a file without a usable key stops the boot, and is not quoted', async (t) => {
  const { files } = await build(t, { withoutNats: true })
  const { d: _, ...withoutPrivate } = checkpointKey() as { d?: string }
  for (const content of ['{', '{}', '{"keys":[]}', JSON.stringify(withoutPrivate)]) {
    writeFileSync(files.CHECKPOINT_KEY_FILE, content)
    t.throws(() => readCheckpointKeys(files.CHECKPOINT_KEY_FILE), { name: 'ConfigurationError' })
  }
})
