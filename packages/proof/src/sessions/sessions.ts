import { setTimeout as sleep } from 'node:timers/promises'
import { stoppableNats } from '@wardstone/cluster/testing'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { type Begun, ENDINGS, type Ending } from './endings.ts'
import { Stage } from './stage.ts'

/** Tokens die everywhere, and soon. */
export const sessions: Proof = {
  name: 'sessions',
  claim:
    'what ends a session ends it at every gateway within 1 s over NATS, and within 15 s without',
  prove,
}

/** One way for the news to travel, and how long it may take (issue 3). */
interface Way {
  name: string
  bound_ms: number
}

const OVER_NATS: Way = { name: 'over NATS', bound_ms: 1000 }
const WITHOUT_NATS: Way = { name: 'NATS is down', bound_ms: 15_000 }

const ROUNDS = 5
const LOOKS_EVERY_MS = 10

async function prove({ long, progress }: ProofOptions): Promise<ProofResult> {
  const cleans: (() => unknown)[] = []
  const scope = { teardown: (clean: () => unknown) => cleans.unshift(clean) }
  try {
    const servers = await stoppableNats(scope)
    const stage = await Stage.start(servers.natsUrl)
    scope.teardown(() => stage.world.close())
    const measured: Measured[] = []
    for (let round = 1; round <= (long ? ROUNDS : 1); round += 1) {
      progress(`round ${round}`)
      for (const ending of ENDINGS) measured.push(await measure(stage, ending, OVER_NATS))
    }
    await servers.stopNats()
    progress('NATS is down')
    // All at once: each may take as long as a gateway's next look at the services.
    measured.push(...(await Promise.all(ENDINGS.map((each) => measure(stage, each, WITHOUT_NATS)))))
    return resultOf(measured)
  } finally {
    for (const clean of cleans) await clean()
  }
}

/** How an ending went. */
interface Measured {
  what: string
  way: Way
  /** How long each gateway went on letting the token in. */
  waits_ms: number[]
  failures: string[]
}

async function measure(stage: Stage, ending: Ending, way: Way): Promise<Measured> {
  const { what } = ending
  const begun = await ending.begin(stage)
  for (const url of stage.world.gateways) {
    const status = await statusAt(stage, begun, url)
    if (status !== 200)
      return { what, way, waits_ms: [], failures: [`${what}: never in: ${status}`] }
  }
  await begun.end()
  const ended = Date.now()
  const waits_ms = await Promise.all(
    stage.world.gateways.map((url) => untilRefused(stage, begun, { url, ended, way })),
  )
  const failures = waits_ms.flatMap((wait, index) =>
    wait <= way.bound_ms
      ? []
      : [`${what}, ${way.name}: gateway ${index + 1} lets the token in for ${wait} ms`],
  )
  const also = await begun.after()
  return {
    what,
    way,
    waits_ms,
    failures: also ? [...failures, `${what}, ${way.name}: ${also}`] : failures,
  }
}

async function untilRefused(
  stage: Stage,
  begun: Begun,
  { url, ended, way }: { url: string; ended: number; way: Way },
): Promise<number> {
  for (;;) {
    const asked = Date.now() - ended
    if ((await statusAt(stage, begun, url)) === 401 || asked > way.bound_ms) return asked
    await sleep(LOOKS_EVERY_MS)
  }
}

async function statusAt(stage: Stage, { session }: Begun, url: string): Promise<number> {
  return (await stage.ask({ token: session.access_token }, '/api/auth/profile', url)).status
}

function resultOf(measured: readonly Measured[]): ProofResult {
  const worst = (what: string, way: Way, gateway: number) =>
    Math.max(
      ...measured
        .filter((each) => each.what === what && each.way === way)
        .map(({ waits_ms }) => waits_ms[gateway] ?? Number.POSITIVE_INFINITY),
    )
  return {
    checks: measured.reduce((sum, { waits_ms }) => sum + waits_ms.length + 1, 0),
    table: {
      columns: ['what ends', 'the news travel', 'gateway 1 (ms)', 'gateway 2 (ms)', 'at most (ms)'],
      rows: [OVER_NATS, WITHOUT_NATS].flatMap((way) =>
        ENDINGS.map(({ what }) => [
          ...[what, way.name, worst(what, way, 0), worst(what, way, 1), way.bound_ms],
        ]),
      ),
    },
    failures: measured.flatMap(({ failures }) => failures),
  }
}
