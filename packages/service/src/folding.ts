/** Letters that Unicode does not decompose, as people type them without the accent. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ı: 'i',
  ħ: 'h',
}

/** Text without case, accents and width, for comparing: `Müller` and `MULLER` fold alike. */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðþłıħ]/g, (letter) => LETTERS[letter] ?? letter)
    .normalize('NFC')
}

/** The folded words of some names, each once; names of several words also written as one (`van Dam`: van, dam, vandam). */
export function nameWords(...names: (string | null | undefined)[]): string[] {
  const words = new Set<string>()
  for (const name of names) {
    const parts = fold(name ?? '').match(/[\p{L}\p{N}]+/gu) ?? []
    for (const part of parts) words.add(part)
    if (parts.length > 1) words.add(parts.join(''))
  }
  return [...words].map((word) => word.slice(0, 100))
}
