const KINDS = {
  id: /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/,
  token: /eyJ[\w-]+\.[\w-]+\.[\w-]+/,
  instant: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/,
  hash: /\b[0-9a-f]{64}\b/,
  base64: /(?:[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{91}=)|\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*/,
  // Each world signs with a key of its own.
  kid: /(?<="kid":")[0-9a-f]{8}(?=")/,
  // Cursors, refresh tokens, codes: letters of both cases, not words of ours.
  opaque: /(?<![\w\\-])(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{20,}/,
}
type Kind = keyof typeof KINDS

const BY_NATURE = new RegExp(
  Object.entries(KINDS)
    .map(([kind, { source }]) => `(?<${kind}>${source})`)
    .join('|'),
  'g',
)

/** An instant of the run itself: everything older means the same in both worlds. */
const RECENT_MS = 86_400_000

/**
 * Brings the answers of one world into the form in which they are compared: ids and hashes by the answer
 * in which they first appear, and their place there; instants of the run, cursors, keys and tokens by
 * their shape.
 */
export class NormalForm {
  readonly #names = new Map<string, string>()
  readonly #since = Date.now() - RECENT_MS
  readonly #until = Date.now() + 40 * RECENT_MS
  #answer = 0
  #place = 0

  /** An id that is known in both worlds keeps its name wherever it appears. */
  name(id: string, name: string): void {
    this.#names.set(id, name)
  }

  /** From now on, what is seen first is of the answer to the `number`th request. */
  begin(number: number): void {
    this.#answer = number
    this.#place = 0
  }

  of(text: string): string {
    return text.replace(BY_NATURE, (found, ...rest) => {
      const groups = rest.at(-1) as Record<Kind, string | undefined>
      if (groups.id || groups.hash) return this.#nameOf(found)
      if (groups.token) return this.#token(found)
      if (groups.instant) return this.#instant(found)
      return `<${found.length} opaque>`
    })
  }

  #nameOf(found: string): string {
    const known = this.#names.get(found)
    if (known !== undefined) return known
    this.#place += 1
    const name = `<${this.#answer}.${this.#place}>`
    this.#names.set(found, name)
    return name
  }

  #instant(found: string): string {
    const time = Date.parse(found)
    return time > this.#since && time < this.#until ? '<now>' : found
  }

  /** What a token says is compared too. */
  #token(found: string): string {
    const claims = Buffer.from(found.split('.')[1] ?? '', 'base64url').toString()
    return `<token ${this.of(claims.replace(/"(iat|exp)":\d+/g, '"$1":0')).replaceAll('"', "'")}>`
  }
}
