import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { callerOf } from '@wardstone/cluster/testing'
import t, { type Test } from 'tap'
import { type ChainEntry, type ChainHead, nextEntry } from '../src/chain/entry.ts'
import { genesisHash } from '../src/chain/hash.ts'
import {
  build,
  CITY,
  many,
  RIVERSIDE,
  signer,
  somethingHappened,
  systemRepository,
} from './helper.ts'

const VERIFIER = join(import.meta.dirname, '../verifier/verify.mjs')
const TABLES = ['event', 'event_patient', 'checkpoint', 'chain_head']
const COLUMNS =
  'event_id, occurred_at, happened_at, action, outcome, actor_id, break_glass_id, payload_canon, prev_hash, hash'

type Verdict = { ok: boolean; first_bad_seq?: number; finding?: string }

/** A chain of 50 with checkpoints at 20 and 40, in the hands of a superuser of its database. */
async function chainOfFifty(t: Test) {
  const service = await build(t, { withoutNats: true })
  const { as, urls, sql, files } = service
  const { sign } = await signer(t, urls, files)
  const repository = systemRepository(t, urls.systemUrl)
  const underGlass = { break_glass: { id: randomUUID(), reason_code: 'ETREAT' as const } }
  await repository.append([...many(14), somethingHappened(underGlass), ...many(5)])
  await sign()
  const shown = { patient_ids: [randomUUID(), randomUUID()] }
  await repository.append([
    ...many(4, shown),
    ...many(16),
    ...many(10, { hospital_id: RIVERSIDE.hospital_id }),
  ])
  await sign()
  await repository.append(many(10))
  const admin = as({ role: 'admin' })
  const [key] = (await admin.get('/api/audit/checkpoints')).json().keys
  const change = (text: string, values: unknown[] = []) =>
    sql<Record<string, unknown>>(
      text
        .replaceAll('CITY', `'${CITY.hospital_id}'`)
        .replaceAll('RIVERSIDE', `'${RIVERSIDE.hospital_id}'`),
      values,
    )
  await sql('set session_replication_role = replica')
  // What only the owner can take away: an entry after another, and one with another’s number.
  await sql('alter table event drop constraint event_no_fork, drop constraint event_pkey')
  for (const table of TABLES) await sql(`create table as_it_was_${table} as table ${table}`)
  const witnessed = readFileSync(files.CHECKPOINT_FILE)
  const restore = async () => {
    for (const table of TABLES) {
      await sql(`delete from ${table}`)
      await sql(`insert into ${table} table as_it_was_${table}`)
    }
    writeFileSync(files.CHECKPOINT_FILE, witnessed)
  }
  const online = async (hospital = CITY): Promise<Verdict> =>
    (await as({ role: 'admin', ...hospital }).get('/api/audit/verify')).json()
  const offline = async (hospital = CITY) => {
    const file = join(dirname(files.CHECKPOINT_FILE), 'export.ndjson')
    const answer = await as({ role: 'admin', ...hospital }).get('/api/audit/export')
    writeFileSync(file, answer.body)
    return verifier(hospital.hospital_id, file, files.CHECKPOINT_FILE, key.verifier_key)
  }
  /** Adds entries after `head` as somebody would who can do all but sign. */
  const forge = async (head: ChainHead, count: number) => {
    let last = head
    for (let made = 0; made < count; made += 1) {
      const entry = nextEntry(last, somethingHappened(), new Date().toISOString())
      await insert(entry)
      last = entry
    }
    await change('update chain_head set seq = $1, hash = $2 where hospital_id = CITY', [
      last.seq,
      last.hash,
    ])
  }
  const insert = (entry: ChainEntry) => {
    const places = Object.keys(entry).map((_, index) => `$${index + 1}`)
    return sql(`insert into event (${Object.keys(entry)}) values (${places})`, Object.values(entry))
  }
  const headAt = async (seq: number): Promise<ChainHead> => {
    const [row] = await change('select hash from event where hospital_id = CITY and seq = $1', [
      seq,
    ])
    return { seq, hash: row?.hash as Buffer }
  }
  return { ...service, repository, sign, change, restore, online, offline, forge, headAt, key }
}

/** What a third party gets to see. */
function verifier(...given: string[]): Promise<{ code: number; verdict: Verdict; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [VERIFIER, ...given], (_, stdout, stderr) => {
      const verdict = stdout === '' ? undefined : JSON.parse(stdout)
      resolve({ code: child.exitCode ?? -1, verdict, said: stderr })
    })
  })
}

t.test(
  'each kind of tampering is found where it is, by the service and by a third party',
  async (t) => {
    const chain = await chainOfFifty(t)
    const { change, restore, online, offline, forge, headAt } = chain
    const update = (set: string, seq: number) =>
      change(`update event set ${set} where hospital_id = CITY and seq = ${seq}`)
    const deletion = (which: string) =>
      change(`delete from event where hospital_id = CITY and ${which}`)

    t.match(await online(), { ok: true, events: 50, signed_seq: 40 })
    t.match(await offline(), { code: 0, verdict: { ok: true, events: 50, signed_seq: 40 } })

    const kinds: [what: string, tamper: () => Promise<unknown>, seq: number, finding: string][] = [
      [
        'edited: a byte of an event',
        () => update(`payload_canon = replace(payload_canon, 'nurse_city', 'nurse_cit7')`, 17),
        17,
        'entry',
      ],
      [
        'edited: the reason of a broken glass',
        () => update(`payload_canon = replace(payload_canon, 'ETREAT', 'TREAT')`, 15),
        15,
        'entry',
      ],
      [
        'edited: when it happened',
        () => update(`occurred_at = '2020-01-01T00:00:00.000Z'`, 19),
        19,
        'entry',
      ],
      ['edited: a hash', () => update('hash = sha256(hash)', 20), 20, 'entry'],
      ['deleted: one in the middle', () => deletion('seq = 21'), 21, 'entry'],
      ['deleted: the first', () => deletion('seq = 1'), 1, 'entry'],
      [
        'inserted, and those after it moved on',
        async () => {
          await change('update event set seq = seq + 1 where hospital_id = CITY and seq > 25')
          const head = await headAt(25)
          await forge(head, 1)
          await change(`update chain_head set seq = 51, hash = (select hash from event
          where hospital_id = CITY and seq = 51) where hospital_id = CITY`)
        },
        27,
        'entry',
      ],
      [
        'reordered',
        () =>
          change('update event set seq = 61 - seq where hospital_id = CITY and seq in (30, 31)'),
        30,
        'entry',
      ],
      ['truncated: the tail', () => deletion('seq > 37'), 38, 'cut_off'],
      [
        'truncated: the tail with its head and its checkpoint',
        async () => {
          await deletion('seq > 30')
          await change('delete from checkpoint where hospital_id = CITY and seq > 30')
          const { hash } = await headAt(30)
          await change('update chain_head set seq = 30, hash = $1 where hospital_id = CITY', [hash])
        },
        31,
        'cut_off',
      ],
      [
        'forked: a second entry after one',
        async () => {
          const head = await headAt(50)
          await forge(await headAt(34), 1)
          await change('update chain_head set seq = $1, hash = $2 where hospital_id = CITY', [
            head.seq,
            head.hash,
          ])
        },
        36,
        'entry',
      ],
      [
        'forked: another story from 35 on',
        async () => {
          await deletion('seq > 34')
          await forge(await headAt(34), 20)
        },
        40,
        'checkpoint',
      ],
      [
        'written anew, all of it, with its checkpoints gone from the database',
        async () => {
          await deletion('true')
          await change('delete from checkpoint where hospital_id = CITY')
          await forge({ seq: 0, hash: genesisHash(CITY.hospital_id) }, 60)
        },
        20,
        'checkpoint',
      ],
    ]
    for (const [what, tamper, first_bad_seq, finding] of kinds) {
      await t.test(what, async (t) => {
        await tamper()
        const verdict = { ok: false, events: first_bad_seq - 1, first_bad_seq, finding }
        const seen = await online()
        t.match(seen, verdict)
        t.match(await offline(), {
          code: 1,
          verdict: { ...seen, hospital_id: CITY.hospital_id },
          said: `entry ${first_bad_seq} `,
        })
        await restore()
      })
    }

    await t.test('swapped between two hospitals', async (t) => {
      await change(`update event set (${COLUMNS}) = (select ${COLUMNS} from event as other
      where other.seq = event.seq and other.hospital_id <> event.hospital_id) where seq = 5`)
      for (const hospital of [CITY, RIVERSIDE]) {
        t.match(await online(hospital), { ok: false, first_bad_seq: 5, finding: 'entry' })
        const verdict = { first_bad_seq: 5, finding: 'entry' }
        t.match(await offline(hospital), { code: 1, verdict })
      }
      await restore()
    })

    await t.test('what only finds an event is covered by the event', async (t) => {
      for (const [set, seq] of [
        ['actor_id = null', 18],
        ['break_glass_id = event_id', 16],
        ['break_glass_id = null', 15],
        [`action = 'patient.listed'`, 13],
        [`outcome = 'failure'`, 12],
        [`happened_at = '2020-01-01'`, 11],
      ] as const) {
        await update(set, seq)
        t.match(await online(), { ok: false, first_bad_seq: seq, finding: 'entry' }, set)
        t.match(await offline(), { code: 0 }, 'and is not exported')
        await restore()
      }
    })

    await t.test('the patients that an event is found by are those it shows', async (t) => {
      for (const [set, seq] of [
        ['delete from event_patient where hospital_id = CITY and seq = 23', 23],
        [
          `update event_patient set patient_id = gen_random_uuid()
          where (patient_id, seq) in (select max(patient_id::text)::uuid, 24 from event_patient)`,
          24,
        ],
        ['insert into event_patient values (CITY, gen_random_uuid(), 25)', 25],
        ['insert into event_patient values (CITY, gen_random_uuid(), 12)', 12],
      ] as const) {
        await change(set)
        t.match(await online(), { ok: false, first_bad_seq: seq, finding: 'entry' }, set)
        await restore()
      }
    })

    await t.test('another hospital’s export is not this one’s', async (t) => {
      const file = join(dirname(chain.files.CHECKPOINT_FILE), 'another.ndjson')
      const theirs = await chain.as({ role: 'admin', ...RIVERSIDE }).get('/api/audit/export')
      writeFileSync(file, theirs.body)
      const found = await verifier(
        CITY.hospital_id,
        file,
        chain.files.CHECKPOINT_FILE,
        chain.key.verifier_key,
      )
      t.match(found, { code: 1, verdict: { first_bad_seq: 1, finding: 'entry' } })
    })

    await t.test('and nothing, when all is as it was', async (t) => {
      t.match(await online(), { ok: true, events: 50 })
      t.match(await offline(), { code: 0 })
      t.match(await offline(RIVERSIDE), { code: 0, verdict: { events: 10, signed_seq: 10 } })
    })

    await t.test(
      'a third party can take the pages that the hospital kept, and must have the keys',
      async (t) => {
        const folder = dirname(chain.files.CHECKPOINT_FILE)
        const [events, pages, keys] = ['events', 'pages', 'keys'].map((name) => join(folder, name))
        const admin = chain.as({ role: 'admin' })
        writeFileSync(events as string, (await admin.get('/api/audit/export')).body)
        const first = await admin.get('/api/audit/checkpoints?limit=1')
        const second = await admin.get(
          `/api/audit/checkpoints?limit=1&cursor=${first.json().next_cursor}`,
        )
        writeFileSync(pages as string, `${first.body}\n${second.body}\n`)
        writeFileSync(keys as string, `${chain.key.verifier_key}\n`)
        const given = [CITY.hospital_id, events as string, pages as string]
        t.match(await verifier(...given, keys as string), { code: 0, verdict: { signed_seq: 40 } })
        t.match((await verifier(...given)).code, 2, 'no key')
        t.match(
          (await verifier(...given, 'wardstone-audit+00000000+AAAA')).code,
          2,
          'no key either',
        )
        t.match((await verifier(...given.slice(0, 2), 'nowhere', keys as string)).code, 2)
        t.match((await verifier('x', ...given.slice(1), keys as string)).code, 2)
        writeFileSync(pages as string, '{"status":401}')
        const unvouched = await verifier(...given, keys as string)
        t.match(unvouched, { code: 2, said: /no note/ }, 'what nobody vouches for is not as it was')
      },
    )
  },
)

t.test('the two places of checkpoints are held against each other', async (t) => {
  const chain = await chainOfFifty(t)
  const { change, restore, online, files, sign } = chain
  const lines = readFileSync(files.CHECKPOINT_FILE, 'utf8').split('\n')
  const without = (seq: number) =>
    lines.filter((line) => !line.includes(CITY.hospital_id) || !line.includes(`"seq":${seq},`))
  const write = (text: string) => writeFileSync(files.CHECKPOINT_FILE, text)

  for (const [what, tamper, seq, finding] of [
    [
      'a line in the middle of the file, gone',
      () => write(without(20).join('\n')),
      20,
      'checkpoint_lost',
    ],
    ['the last line of the file, gone', () => write(without(40).join('\n')), 40, 'checkpoint_lost'],
    [
      'a line cut short',
      () => write(lines.join('\n').replace('"seq":40', '"seq":')),
      40,
      'checkpoint_lost',
    ],
    ['the whole file, empty', () => write(''), 20, 'checkpoint_lost'],
    [
      'lines that changed places',
      () => write(lines.toReversed().join('\n')),
      20,
      'checkpoint_lost',
    ],
    [
      'a checkpoint, gone from the database',
      () => change('delete from checkpoint where hospital_id = CITY and seq = 20'),
      20,
      'checkpoint_lost',
    ],
    [
      'a checkpoint that says something else',
      () =>
        change(
          `update checkpoint set note = replace(note, E'\\n40\\n', E'\\n39\\n') where hospital_id = CITY and seq = 40`,
        ),
      40,
      'checkpoint',
    ],
    [
      'another hospital’s checkpoint',
      () =>
        change(
          'update checkpoint set note = (select note from checkpoint where hospital_id = RIVERSIDE) where hospital_id = CITY and seq = 40',
        ),
      40,
      'checkpoint',
    ],
    [
      'a line of the file that says something else',
      () => write(lines.join('\n').replace('\\n20\\n', '\\n21\\n')),
      20,
      'checkpoint',
    ],
  ] as const) {
    await t.test(what, async (t) => {
      await tamper()
      const verdict = { ok: false, events: seq - 1, first_bad_seq: seq, finding }
      t.match(await online(), verdict)
      await restore()
      t.match(await online(), { ok: true })
    })
  }

  const signed = async () =>
    (await change('select seq::int from checkpoint where hospital_id = CITY order by seq')).map(
      ({ seq }) => seq,
    )

  await t.test('nothing is signed while the file is another one, or shorter', async (t) => {
    write(without(40).join('\n'))
    t.match(await sign(), ['checkpoints not signed, tried again later'])
    const { sign: afterwards } = await signer(t, chain.urls, files)
    t.match(await afterwards(), ['the file of checkpoints says less than the database, not signed'])
    t.same(await signed(), [20, 40])
    await restore()
    t.same(await sign(), [])
    t.same(await signed(), [20, 40, 50])
    t.match(await online(), { ok: true, signed_seq: 50 })
  })

  await t.test('what a crash kept from the database is made up for', async (t) => {
    await change('delete from checkpoint where hospital_id = CITY and seq = 50')
    t.match(await online(), { ok: true, signed_seq: 50 })
    await chain.repository.append(many(5))
    t.same(await sign(), [])
    t.same(await signed(), [20, 40, 50, 55])
    t.match(await online(), { ok: true, signed_seq: 55 })
  })

  await t.test(
    'a chain that denies its checkpoint is not signed, and found after a restart',
    async (t) => {
      await change('delete from event where hospital_id = CITY')
      await change('delete from checkpoint where hospital_id = CITY')
      await chain.forge({ seq: 0, hash: genesisHash(CITY.hospital_id) }, 60)
      t.match(await sign(), ['audit chain denies its checkpoint, not signed'])
      t.same(await signed(), [])
      const other = await chain.start()
      t.teardown(() => other.close())
      await other.ready()
      const admin = callerOf(other, 'audit', { role: 'admin', ...CITY })
      t.match((await admin.get('/api/audit/verify')).json(), { ok: false, first_bad_seq: 20 })
    },
  )
})
