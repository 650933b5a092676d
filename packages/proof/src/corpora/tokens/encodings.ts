import { type Forge, part, type TokenVector, text } from './forge.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * The right bytes, spelled otherwise: RFC 7515 §2 knows one base64url, without padding, white space or
 * other signs; RFC 7519 §3 one JSON, in UTF-8 (Wycheproof, base64 and json_web_signature).
 */
export function encodings(forge: Forge): TokenVector[] {
  return [...spellings(forge), ...documents(forge)]
}

function spellings({ parts }: Forge): TokenVector[] {
  const changes: Record<string, (text: string) => string> = {
    padded: (it) => `${it}=`,
    'padded twice': (it) => `${it}==`,
    'a space before': (it) => ` ${it}`,
    'spaces within': (it) => `${it.slice(0, 8)}    ${it.slice(8)}`,
    'a tab within': (it) => `${it.slice(0, 8)}\t${it.slice(8)}`,
    'a plus within': (it) => `${it.slice(0, 8)}+${it.slice(8)}`,
    'a slash within': (it) => `${it.slice(0, 8)}/${it.slice(8)}`,
    'signs that are none': (it) => `####${it}`,
    'a question mark behind': (it) => `${it}?`,
    'a byte of Latin-1 within': (it) => `${it.slice(0, 8)}\xe9${it.slice(8)}`,
    'a byte order mark': (it) => `\xef\xbb\xbf${it}`,
    'a no-break space': (it) => `${it}\xa0`,
    'percent-encoded': (it) => `%${it.charCodeAt(0).toString(16)}${it.slice(1)}`,
    'in hex': (it) => Buffer.from(it, 'base64url').toString('hex'),
    'with the signs of base64': (it) => Buffer.from(`\xfb\xff${it}`, 'latin1').toString('base64'),
    'without its last sign': (it) => it.slice(0, -1),
    'one sign more': (it) => `${it}A`,
    'other bits where none are used': unused,
  }
  return Object.entries(changes).flatMap(([what, change]) =>
    (['header', 'payload', 'signature'] as const).flatMap((name, index) => {
      const changed = parts.map((it, at) => (at === index ? change(it) : it))
      return changed[index] === parts[index]
        ? []
        : [{ group: 'encoding', what: `${name} ${what}`, token: changed.join('.') }]
    }),
  )
}

/** The same bytes by another last sign, if it has bits to spare. */
function unused(spelled: string): string {
  const spare = ((spelled.length % 4) * 6) % 8
  if (spare === 0) return spelled
  const last = ALPHABET.indexOf(spelled.at(-1) ?? '')
  return spelled.slice(0, -1) + ALPHABET[last ^ 1]
}

function documents(forge: Forge): TokenVector[] {
  const [header, payload] = forge.parts.map(text) as [string, string]
  const spelled: Record<string, string | Buffer> = {
    'in UTF-16': Buffer.from(header, 'utf16le'),
    'with a byte order mark': `\ufeff${header}`,
    'with a NUL behind': `${header}\0`,
    'with text behind': `${header}x`,
    'with a comma behind': header.replace('}', ',}'),
    'with a comment': header.replace('{', '{/**/'),
    'in single quotes': header.replaceAll('"', "'"),
    'in an array': `[${header}]`,
    'in a string': JSON.stringify(header),
    null: 'null',
    'a number': '1',
    'an empty object': '{}',
    'no JSON': 'ES256',
    'cut off': header.slice(0, -1),
    'of invalid UTF-8': Buffer.from(header.replace('ES256', 'ES256\xff'), 'latin1'),
  }
  const headers = Object.entries(spelled).map(([what, it]) => ({
    group: 'encoding',
    what: `a header ${what}, rightly signed`,
    token: forge.signed(part(it)),
  }))
  const payloads = [
    'null',
    '1',
    '[]',
    '{}',
    '""',
    '',
    `[${payload}]`,
    `\ufeff${payload}`,
    `${payload}x`,
  ]
  return [
    ...headers,
    ...payloads.map((it) => ({
      group: 'encoding',
      what: `the payload ${it.slice(0, 10)}…, rightly signed`,
      token: forge.signed(forge.parts[0], part(it)),
    })),
  ]
}
