import { exchange } from '@wardstone/cluster/testing'
import { ask } from '../ask.ts'
import { type Person, tokenOf } from '../people.ts'
import type { Proof, ProofOptions, ProofResult } from '../proof.ts'
import { Arrivals } from './arrivals.ts'
import { chunks } from './http/chunks.ts'
import { framing } from './http/framing.ts'
import { headerNames } from './http/header-names.ts'
import { mutants } from './http/mutants.ts'
import { type Stamped, statusesOf, wrongsOf } from './http/oracle.ts'
import { pipelines } from './http/pipelines.ts'
import { protocols } from './http/protocols.ts'
import { targets } from './http/targets.ts'
import { type Attacker, type HttpVector, lines } from './http/vector.ts'
import { randomOf } from './random.ts'
import { Tally } from './tally.ts'
import { isLeak, startTwoHospitals, type TwoHospitals } from './two-hospitals.ts'

/** Milliseconds until silence is taken for the answer: where it is one, and where only a fault can be silent. */
const SILENCE = { patience: 150, quiet: 150 }
const FAULT = { patience: 10_000, quiet: 10_000 }

const FAMILIES = [headerNames, framing, chunks, targets, protocols, pipelines]

/** Raw bytes, each followed by a request of another hospital on the same connection and one on another. */
export const http: Proof = {
  name: 'http',
  claim:
    'whatever bytes come, services see the gateway’s stamps once, and the next request is unharmed',
  prove: async (options) => {
    const hospitals = await startTwoHospitals()
    try {
      return await proved(hospitals, options)
    } finally {
      await hospitals.world.close()
    }
  },
}

async function proved(hospitals: TwoHospitals, options: ProofOptions): Promise<ProofResult> {
  const { world, port, city, riverside } = hospitals
  const tally = new Tally()
  const arrivals = new Arrivals(world)
  const attacker: Attacker = {
    bearer: `Authorization: Bearer ${tokenOf(world, city.doctor)}`,
    hospitalId: stamped(city.doctor).hospitalId,
    foreignHospitalId: stamped(riverside.admin).hospitalId,
    foreignUserId: riverside.admin.account_id,
  }
  const token = tokenOf(world, riverside.nurse)
  const who = { attacker: stamped(city.doctor), victim: stamped(riverside.nurse) }
  const bearer = `Authorization: Bearer ${token}`
  const next = lines('GET /api/patients HTTP/1.1', 'Host: w', bearer, 'Connection: close')
  const count = options.long ? 5000 : options.whole ? 500 : 30
  const random = mutants(attacker, count, randomOf(options.seed))
  const vectors: HttpVector[] = [...FAMILIES.flatMap((of) => of(attacker)), ...random]
  for (const vector of vectors) {
    const { group, what, half = false, orSilence } = vector
    const bytes = Buffer.from(half ? vector.bytes : vector.bytes + next, 'latin1')
    const text = await exchange(port, bytes, { half, ...(orSilence ? SILENCE : FAULT) })
    const elsewhere = await ask(`${world.url}/api/patients`, { token })
    const wrongs = wrongsOf({ vector, text, arrivals: arrivals.take(), ...who })
    if (elsewhere.status !== 200 || !isLeak(elsewhere.text))
      wrongs.push('spoils the next request on another connection')
    tally.add({ group, what, status: statusesOf(text)[0] ?? 0, wrongs })
  }
  return tally.result()
}

function stamped({ hospital, account_id: userId, role }: Person): Stamped {
  return { hospitalId: hospital?.id ?? '', userId, role }
}
