import { unknownValue } from '../errors.ts'
import type { Hospital, HospitalCreationBody, HospitalPatch } from './schemas.ts'

/** Letters that Unicode does not decompose, as people type them without the accent. */
const LETTERS: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  þ: 'th',
}

/**
 * The slug of a name: `St. Mary's Clinic` is st_marys_clinic.
 * @throws problem 400 for a name without a Latin letter or digit: its slug has to be given
 */
function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}'’]/gu, '')
    .replace(/[ßæœøđłþ]/g, (letter) => LETTERS[letter] ?? letter)
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 100)
    .replace(/^_|_$/g, '')
  if (slug === '') throw unknownValue('slug', 'is required: the name has no Latin letters')
  return slug
}

/**
 * Settings that later code computes with must exist.
 * @throws problem 400 for a time zone that IANA does not have, or a locale that BCP 47 does not allow
 */
export function checkSettings({ time_zone, locale }: HospitalPatch): void {
  if (
    time_zone !== undefined &&
    !works(() => new Intl.DateTimeFormat('en', { timeZone: time_zone }))
  ) {
    throw unknownValue('time_zone', 'must be a time zone of the IANA database')
  }
  if (locale !== undefined && !works(() => Intl.getCanonicalLocales(locale))) {
    throw unknownValue('locale', 'must be a language tag of BCP 47')
  }
}

function works(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}

/** A hospital as it is stored, from what was said of it. */
export function complete(hospital: Omit<HospitalCreationBody, 'admin'>) {
  return normalized({ ...hospital, slug: hospital.slug ?? slugOf(hospital.name) })
}

/** What of `patch` differs from `current`. */
export function differences(current: Hospital, patch: HospitalPatch): HospitalPatch {
  const changed = Object.entries(normalized(patch)).filter(
    ([name, value]) => value !== current[name as keyof Hospital],
  )
  return Object.fromEntries(changed)
}

/** Text in NFC, so that equal names are equal bytes. */
export function normalized<T extends object>(fields: T): T {
  const entries = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.normalize('NFC') : value,
  ])
  return Object.fromEntries(entries) as T
}
