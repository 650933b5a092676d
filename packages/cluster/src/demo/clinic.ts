import type { AvailableTime } from '@wardstone/contracts'
import type { DemoHospital } from './hospitals.ts'
import { demoAccount } from './load-accounts.ts'
import { CULTURES } from './names.ts'
import { Random, uuidOf } from './random.ts'

/** A department of a demo hospital, in the fields a client would send. */
export interface DemoDepartment {
  id: string
  name: string
  code: string
  description: string | null
  head_doctor_id: string | null
  is_active: boolean
}

/** A made-up doctor, in the fields a client would send. */
export interface DemoDoctor {
  id: string
  first_name: string
  last_name: string
  specialization: string
  license_number: string
  department_id: string | null
  user_id: string | null
  experience_years: number
  phone: string | null
  email: string | null
  education: string | null
  bio: string | null
  consultation_fee: { amount_minor: number; currency: string } | null
  is_available: boolean
  is_active: boolean
  slot_minutes: number
  available_times: AvailableTime[]
}

const DEPARTMENTS = [
  ['General Medicine', 'GEN'],
  ['Emergency', 'EMERG'],
  ['Cardiology', 'CARD'],
  ['Neurology', 'NEURO'],
  ['Orthopedics', 'ORTHO'],
  ['Pediatrics', 'PED'],
  ['Surgery', 'SURG'],
  ['Radiology', 'RAD'],
] as const

/** Specialization and department of each doctor; the first one heads it. */
const DOCTORS = [
  ['general', 'GEN'],
  ['internal_medicine', 'GEN'],
  ['emergency', 'EMERG'],
  ['cardiology', 'CARD'],
  ['cardiology', 'CARD'],
  ['neurology', 'NEURO'],
  ['orthopedics', 'ORTHO'],
  ['pediatrics', 'PED'],
  ['pediatrics', 'PED'],
  ['surgery', 'SURG'],
  ['radiology', 'RAD'],
  ['dermatology', null],
] as const

const SHIFTS = [
  ['08:00', '12:00'],
  ['13:00', '17:00'],
] as const

/** The departments and the doctors of a demo hospital: the same each time. The first doctor is the login `doctor_<slug>`. */
export function demoClinic(hospital: DemoHospital): {
  departments: DemoDepartment[]
  doctors: DemoDoctor[]
} {
  const random = new Random(`clinic of ${hospital.slug}`)
  const departmentId = (code: string) => uuidOf(`department ${code} of ${hospital.slug}`)
  const doctors = DOCTORS.map(([specialization, code], index) => ({
    ...newDoctor(random, hospital, index),
    specialization,
    department_id: code && departmentId(code),
  }))
  const departments = DEPARTMENTS.map(([name, code]) => ({
    id: departmentId(code),
    name,
    code,
    description: null,
    head_doctor_id: doctors.find((each) => each.department_id === departmentId(code))?.id ?? null,
    is_active: true,
  }))
  return { departments, doctors }
}

function newDoctor(random: Random, hospital: DemoHospital, index: number) {
  const culture = random.pick(CULTURES)
  const user = index === 0 ? demoAccount('doctor', hospital) : undefined
  const made = {
    first_name: random.pick(random.chance(0.5) ? culture.female : culture.male),
    last_name: random.pick(culture.family),
  }
  const { first_name, last_name } = user ?? made
  const number = String(index + 1).padStart(2, '0')
  const currency = hospital.time_zone === 'Europe/London' ? 'GBP' : 'USD'
  return {
    id: uuidOf(`doctor ${number} of ${hospital.slug}`),
    first_name,
    last_name,
    license_number: `MD-${random.digits(5)}-${number}`,
    user_id: user?.id ?? null,
    experience_years: 1 + random.below(35),
    phone: hospital.phone,
    email: `doctor${number}@${hospital.slug.replaceAll('_', '-')}.example`,
    education: null,
    bio: null,
    consultation_fee: { amount_minor: 2_000 + 500 * random.below(20), currency },
    is_available: true,
    is_active: true,
    slot_minutes: random.pick([15, 20, 30]),
    available_times: week(random),
  }
}

/** Mornings and afternoons, of which everybody has one free. */
function week(random: Random): AvailableTime[] {
  const days = ['mon', 'tue', 'wed', 'thu', 'fri'] as const
  const all = days.flatMap((day_of_week) =>
    SHIFTS.map(([start_time, end_time]) => ({ day_of_week, start_time, end_time })),
  )
  return all.toSpliced(random.below(all.length), 1)
}
