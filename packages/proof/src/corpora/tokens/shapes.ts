import { encoded } from '@wardstone/cluster/testing'
import { type Forge, part, type TokenVector, text } from './forge.ts'

/** Parts that are missing, too many or of another serialization (Wycheproof, json_web_signature). */
export function shapes(forge: Forge): TokenVector[] {
  const { good, parts, header } = forge
  const [head, payload, signature] = parts
  const general = { payload, signatures: [{ protected: head, signature }] }
  const none = encoded({ ...header, alg: 'none' })
  return Object.entries({
    'nothing at all': '',
    'no signature': `${head}.${payload}.`,
    'no signature, no dot': `${head}.${payload}`,
    'no payload': `${head}..${signature}`,
    'no payload, no dot': `${head}.${signature}`,
    'no header': `.${payload}.${signature}`,
    'no header, no dot': `${payload}.${signature}`,
    'only a payload': `.${payload}.`,
    'only dots': '..',
    'an empty fourth part': `${good}.`,
    'a fourth part': `${good}.${signature}`,
    'an empty part before': `.${good}`,
    'five parts, as of a JWE': `${encoded({ ...header, alg: 'dir', enc: 'A256GCM' })}..${part('iv')}.${payload}.${part('tag')}`,
    'another payload': `${head}.${payload.slice(0, -8)}AAAAAAAA.${signature}`,
    'a payload of the future': `${head}.${forge.wanted}.${signature}`,
    'another header': `${none}.${payload}.${signature}`,
    'parts in another order': `${payload}.${head}.${signature}`,
    'commas for dots': `${head},${payload},${signature}`,
    'general JSON serialization': JSON.stringify(general),
    'general JSON serialization, encoded': part(JSON.stringify(general)),
    'flattened JSON serialization': JSON.stringify({ payload, protected: head, signature }),
    'a token in a token': `${encoded({ ...header, cty: 'JWT' })}.${part(good)}.${signature}`,
    'two tokens': `${good} ${good}`,
    'two tokens with a comma': `${good}, ${good}`,
    quoted: `"${good}"`,
    'with a scheme of its own': `Bearer ${good}`,
    'as a parameter': `token=${good}`,
    'percent-encoded dots': good.replaceAll('.', '%2e'),
    'a tab before': `\t${good}`,
    'a space within': `${head}. ${payload}.${signature}`,
    'a tab within': `${head}.\t${payload}.${signature}`,
    'the header alone is JSON': `${text(head)}.${payload}.${signature}`,
  }).map(([what, token]) => ({ group: 'shape', what, token }))
}
