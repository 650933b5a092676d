import { exchange } from '@wardstone/cluster/testing'
import { tokenOf } from '../people.ts'
import type { Proof } from '../proof.ts'
import { Arrivals } from './arrivals.ts'
import { Tally } from './tally.ts'
import { algorithms } from './tokens/algorithms.ts'
import { encodings } from './tokens/encodings.ts'
import { Forge, type TokenVector } from './tokens/forge.ts'
import { headers } from './tokens/headers.ts'
import { shapes } from './tokens/shapes.ts'
import { signatures, twin } from './tokens/signatures.ts'
import { isLeak, startTwoHospitals, type TwoHospitals } from './two-hospitals.ts'

/** The families of Project Wycheproof's JSON web signature vectors, and the list of algorithm confusions. */
export const tokens: Proof = {
  name: 'tokens',
  claim: 'a token that is not exactly as the auth service signs them is answered 401',
  prove: async () => {
    const hospitals = await startTwoHospitals()
    try {
      return await proved(hospitals)
    } finally {
      await hospitals.world.close()
    }
  },
}

async function proved({ world, port, city }: TwoHospitals) {
  const tally = new Tally()
  const arrivals = new Arrivals(world)
  const forge = new Forge(world, city.doctor)
  const letIn = async (what: string, token: string) => {
    const { status, text } = await send(port, token)
    const wrongs = status === 200 && !isLeak(text) ? [] : [`is answered ${status}`]
    tally.add({ group: 'let in', what, status, wrongs })
    arrivals.take()
  }
  await letIn('a good token', forge.good)
  await letIn('the other signature that ECDSA has', forge.withSignature(twin(forge.signature())))
  const vectors = [shapes, signatures, encodings, algorithms, headers].flatMap((of) => of(forge))
  for (const vector of vectors) {
    const { group, what } = vector
    const answer = await send(port, vector.token)
    const wrongs = wrongsOf(vector, answer)
    if (arrivals.take().length > 0) wrongs.push('a service was asked')
    tally.add({ group, what, status: answer.status, wrongs })
  }
  await letIn('a good token, after all that', forge.good)
  await letIn('a good token of somebody else', tokenOf(world, city.nurse))
  return tally.result()
}

interface TokenAnswer {
  status: number
  text: string
}

async function send(port: number, token: string): Promise<TokenAnswer> {
  const lines = ['GET /api/patients HTTP/1.1', 'Host: w', `Authorization: Bearer ${token}`]
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`, 'latin1')
  const text = await exchange(port, bytes)
  return { status: Number(text.slice(9, 12)), text }
}

function wrongsOf(vector: TokenVector, { status, text }: TokenAnswer): string[] {
  if (status === vector.or) return []
  const wrongs: string[] = []
  if (status !== 401) wrongs.push(`is answered ${status}`)
  if (!/^www-authenticate: Bearer error="invalid_token"\r$/im.test(text)) {
    wrongs.push('nothing says how to sign in')
  }
  if (!text.includes('"code":"unauthenticated"')) wrongs.push('is answered with no problem')
  if (isLeak(text) || /^x-hospital-id:/im.test(text)) wrongs.push('tells of a hospital')
  return wrongs
}
