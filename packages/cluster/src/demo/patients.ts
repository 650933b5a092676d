import { CULTURES, type Culture } from './names.ts'
import { Random } from './random.ts'

/** A made-up patient, in the fields a client would send. */
export interface DemoPatient {
  first_name: string
  last_name: string
  middle_name: string | null
  date_of_birth: string
  date_of_birth_estimated: boolean
  gender: 'male' | 'female' | 'other' | 'unknown'
  blood_group: string | null
  phone: string | null
  email: string | null
  address: string | null
  emergency_contact: { name: string; relationship: string; phone: string } | null
  national_id: string | null
  preferred_language: string | null
  medical_history: string | null
  is_active: boolean
}

interface Family {
  culture: Culture
  name: string
  phone: string
  address: string
}

const DAY = 86_400_000
const STREETS = [
  'Mill Lane',
  'Station Road',
  'Church Street',
  'Park Avenue',
  'Garden Row',
  'Rue de la Paix',
  'Calle Mayor',
  'Lindenstraße',
] as const
const HISTORIES = [
  'Type 2 diabetes since 2014, metformin 500 mg twice a day.',
  'Hypertension, controlled with amlodipine 5 mg.',
  'Asthma since childhood; salbutamol when needed.',
  'Appendectomy 2009. No known chronic illness.',
  'Hypothyroidism, levothyroxine 75 µg daily.',
  'Migraine with aura, two or three attacks a month.',
  'Penicillin: rash in 2003.',
  'Fracture of the left radius 2018, healed without complaint.',
] as const
const RELATIONSHIPS = ['spouse', 'mother', 'sister', 'daughter'] as const
// Shares of a thousand, as in a mixed population; the rest is not known.
const BLOOD_GROUPS = [
  ['O+', 300],
  ['A+', 250],
  ['B+', 120],
  ['O-', 50],
  ['AB+', 40],
  ['A-', 40],
  ['B-', 15],
  ['AB-', 5],
] as const

/** `count` patients of one hospital: the same each time, for the same `today`. */
export function* demoPatients(
  hospital: string,
  count: number,
  today: Date,
): Generator<DemoPatient> {
  const random = new Random(`patients of ${hospital}`)
  let family = newFamily(random)
  for (let index = 0; index < count; index++) {
    // Families come together and share the telephone.
    if (!random.chance(0.35)) family = newFamily(random)
    yield newPatient(random, family, today)
  }
}

function newFamily(random: Random): Family {
  const culture = pickCulture(random)
  return {
    culture,
    name: random.pick(culture.family),
    phone: culture.phone.replaceAll('#', () => random.digits(1)),
    address: `${random.below(180) + 1} ${random.pick(STREETS)}`,
  }
}

function newPatient(random: Random, family: Family, today: Date): DemoPatient {
  const { culture } = family
  const gender = genderOf(random)
  const given =
    gender === 'male' || (gender !== 'female' && random.chance(0.5)) ? culture.male : culture.female
  const first_name = random.pick(given)
  const age = ageOf(random)
  const estimated = random.chance(0.02)
  const born = new Date(today.getTime() - (age * 365.25 + random.below(365)) * DAY)
  return {
    first_name,
    last_name: family.name,
    middle_name: random.chance(0.2) ? random.pick(given) : null,
    date_of_birth: estimated ? `${born.getUTCFullYear()}-01-01` : born.toISOString().slice(0, 10),
    date_of_birth_estimated: estimated,
    gender,
    blood_group: bloodGroupOf(random),
    phone: random.chance(0.95) ? family.phone : null,
    email: random.chance(0.4) && age > 15 ? `patient${random.digits(7)}@example.com` : null,
    address: random.chance(0.9) ? family.address : null,
    emergency_contact: random.chance(0.6)
      ? {
          name: `${random.pick(culture.female)} ${family.name}`,
          relationship: random.pick(RELATIONSHIPS),
          phone: family.phone,
        }
      : null,
    national_id: random.chance(0.5) ? random.digits(11) : null,
    preferred_language: random.chance(0.8) ? culture.language : null,
    medical_history: random.chance(0.1 + age / 150) ? random.pick(HISTORIES) : null,
    is_active: !random.chance(0.04),
  }
}

function pickCulture(random: Random): Culture {
  let rest = random.below(100)
  for (const culture of CULTURES) {
    rest -= culture.share
    if (rest < 0) return culture
  }
  return CULTURES[0]
}

function genderOf(random: Random): DemoPatient['gender'] {
  const share = random.next()
  if (share < 0.51) return 'female'
  if (share < 0.985) return 'male'
  return share < 0.993 ? 'other' : 'unknown'
}

/** Every age comes, children and the old a little more often than in the street. */
function ageOf(random: Random): number {
  if (random.chance(0.18)) return random.below(18)
  return 18 + Math.floor(random.next() ** 1.1 * 80)
}

function bloodGroupOf(random: Random): string | null {
  let rest = random.below(1000)
  for (const [group, share] of BLOOD_GROUPS) {
    rest -= share
    if (rest < 0) return group
  }
  return null
}
