/** What a world answered, in the form in which it is compared. */
export interface NormalAnswer {
  status: number
  headers: string
  text: string
}

const SHOWN = 3
const LONGEST = 120

/** Where two answers differ, as `where: here ≠ there`; undefined when every byte is equal. */
export function differenceOf(here: NormalAnswer, there: NormalAnswer): string | undefined {
  const found = [
    ...(here.status === there.status ? [] : [`status: ${here.status} ≠ ${there.status}`]),
    ...linesOf(here.headers, there.headers),
    ...(here.text === there.text ? [] : textsOf(here.text, there.text)),
  ]
  if (found.length === 0) return undefined
  const more = found.length > SHOWN ? [`${found.length - SHOWN} more`] : []
  return [...found.slice(0, SHOWN), ...more].join('; ')
}

function linesOf(here: string, there: string): string[] {
  const [ours, theirs] = [here.split('\n'), there.split('\n')]
  const missing = ours.filter((line) => !theirs.includes(line)).map((line) => `${line} ≠ nothing`)
  const added = theirs.filter((line) => !ours.includes(line)).map((line) => `nothing ≠ ${line}`)
  return [...missing, ...added]
}

function textsOf(here: string, there: string): string[] {
  const [ours, theirs] = [parsed(here), parsed(there)]
  const found = ours && theirs ? valuesOf(ours, theirs, '') : []
  return found.length > 0 ? found : [`body: ${apart(here, there)}`]
}

function valuesOf(here: unknown, there: unknown, pointer: string): string[] {
  if (JSON.stringify(here) === JSON.stringify(there)) return []
  if (!isObject(here) || !isObject(there)) {
    return [`${pointer || '/'}: ${apart(JSON.stringify(here), JSON.stringify(there))}`]
  }
  const keys = new Set([...Object.keys(here), ...Object.keys(there)])
  return [...keys].flatMap((key) => valuesOf(here[key], there[key], `${pointer}/${key}`))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Both texts from a little before they part. */
function apart(here = 'nothing', there = 'nothing'): string {
  let same = 0
  while (same < here.length && here[same] === there[same]) same += 1
  const start = same > LONGEST / 2 ? same - LONGEST / 4 : 0
  return `${short(here, start)} ≠ ${short(there, start)}`
}

function short(text: string, start: number): string {
  const end = start + LONGEST
  return `${start > 0 ? '…' : ''}${text.slice(start, end)}${text.length > end ? '…' : ''}`
}
