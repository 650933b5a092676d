import { slotTaken } from '../errors.ts'

const EXCLUSION_VIOLATION = '23P01'
const PEOPLE = {
  appointment_doctor_free: 'doctor',
  appointment_patient_free: 'patient',
} as const

/** Turns PostgreSQL's refusal of an overlap into the problem that says whose. */
export async function freeOrProblem<T>(change: Promise<T>, starts_at: string): Promise<T> {
  try {
    return await change
  } catch (error) {
    const { code, constraint = '' } = error as { code?: string; constraint?: string }
    const who = PEOPLE[constraint as keyof typeof PEOPLE]
    throw code === EXCLUSION_VIOLATION && who ? slotTaken(who, starts_at) : error
  }
}
