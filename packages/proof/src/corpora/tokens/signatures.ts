import type { Forge, TokenVector } from './forge.ts'

/** The order of P-256. */
const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
/** The prime of P-256. */
const P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn

const bytes = (value: bigint, length = 32) =>
  Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
const number = (buffer: Buffer) => BigInt(`0x${buffer.toString('hex')}`)

/** Signatures that are none (Wycheproof, json_web_signature and ecdsa_secp256r1_sha256_p1363). */
export function signatures(forge: Forge): TokenVector[] {
  const right = forge.signature()
  const [r, s] = [right.subarray(0, 32), right.subarray(32)]
  const named: Record<string, Buffer> = {
    'DER instead of r and s': forge.derSignature(),
    's and r': Buffer.concat([s, r]),
    'r twice': Buffer.concat([r, r]),
    'only r': r,
    'twice the same': Buffer.concat([right, right]),
    'a byte short': right.subarray(0, -1),
    'a byte short in front': right.subarray(1),
    'a zero behind': Buffer.concat([right, bytes(0n, 1)]),
    'a zero in front': Buffer.concat([bytes(0n, 1), right]),
    'zeros within, 33 bytes each': Buffer.concat([bytes(0n, 1), r, bytes(0n, 1), s]),
    'r over its size': Buffer.concat([bytes(number(r) + N, 33), bytes(number(s), 33)]),
    's over its size': Buffer.concat([bytes(number(r), 33), bytes(number(s) + N, 33)]),
    'r and s over 32 bits more': Buffer.concat([
      bytes(number(r) + (1n << 256n), 36),
      bytes(number(s) + (1n << 256n), 36),
    ]),
    'the negative of r': Buffer.concat([bytes(N - number(r)), s]),
    'of another text': forge.signature('another text'),
    'of the payload alone': forge.signature(forge.parts[1]),
    'no byte but many': Buffer.alloc(1000),
  }
  const flipped = Array.from({ length: 16 }, (_, index) => {
    const changed = Buffer.from(right)
    changed.writeUInt8(changed.readUInt8(4 * index) ^ (1 << (index % 8)), 4 * index)
    return [`a bit of byte ${4 * index} flipped`, changed] as const
  })
  return [...Object.entries(named), ...edges(), ...flipped].map(([what, signature]) => ({
    group: 'signature',
    what,
    token: forge.withSignature(signature),
  }))
}

/** Each pair of the numbers at the edges; 2022's "psychic signature" was r = s = 0. */
function edges(): [string, Buffer][] {
  const numbers = {
    '0': 0n,
    '1': 1n,
    'n-1': N - 1n,
    n: N,
    'n+1': N + 1n,
    p: P,
    max: (1n << 256n) - 1n,
  }
  return Object.entries(numbers).flatMap(([rName, r]) =>
    Object.entries(numbers).map(
      ([sName, s]) =>
        [`r=${rName} s=${sName}`, Buffer.concat([bytes(r), bytes(s)])] as [string, Buffer],
    ),
  )
}

/** The other signature that is as right as the given one: ECDSA has two for each. It proves the same, no more. */
export function twin(signature: Buffer): Buffer {
  return Buffer.concat([signature.subarray(0, 32), bytes(N - number(signature.subarray(32)))])
}
