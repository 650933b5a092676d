import type { Static, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import {
  type DoctorReference,
  DoctorReferencesSchema,
  type HospitalReference,
  HospitalReferenceSchema,
  type PatientReference,
  PatientReferencesSchema,
} from '@wardstone/contracts'
import { PeerClient, type PeerContext } from '@wardstone/service'
import type { Config } from '../config.ts'

const parserOf = <T extends TSchema>(schema: T) => {
  const check = TypeCompiler.Compile(schema)
  return (value: unknown): Static<T> => {
    if (check.Check(value)) return value
    throw new Error(`A reference is wrong at ${check.Errors(value).First()?.path ?? '/'}.`)
  }
}
const patientReferences = parserOf(PatientReferencesSchema)
const doctorReferences = parserOf(DoctorReferencesSchema)
const hospitalReference = parserOf(HospitalReferenceSchema)

/** As many as one question names. */
const MOST_IDS = 100

/** The services that patients, doctors and hospitals belong to, to be asked about them. */
export class Owners {
  readonly #hospital: PeerClient
  readonly #patient: PeerClient

  constructor(config: Config) {
    const name = 'appointment'
    const { HOSPITAL_URL, IDENTITY_KEY_HOSPITAL, PATIENT_URL, IDENTITY_KEY_PATIENT } = config
    this.#hospital = new PeerClient({
      name,
      peer: 'hospital',
      url: HOSPITAL_URL,
      key: IDENTITY_KEY_HOSPITAL,
    })
    this.#patient = new PeerClient({
      name,
      peer: 'patient',
      url: PATIENT_URL,
      key: IDENTITY_KEY_PATIENT,
    })
  }

  /** Those of the ids that the hospital has; rejects when nobody answers. */
  async patients(asking: PeerContext, ids: readonly string[]): Promise<PatientReference[]> {
    const answers = await eachHundred(ids, (some) =>
      this.#patient.getJson(`/internal/patients?ids=${some}`, asking),
    )
    return answers.flatMap((answer) => patientReferences(answer).results)
  }

  /** Those of the ids that the hospital has; rejects when nobody answers. */
  async doctors(asking: PeerContext, ids: readonly string[]): Promise<DoctorReference[]> {
    const answers = await eachHundred(ids, (some) =>
      this.#hospital.getJson(`/internal/doctors?ids=${some}`, asking),
    )
    return answers.flatMap((answer) => doctorReferences(answer).results)
  }

  /** The clock and calendar of the hospital; rejects when nobody answers. */
  async hospital(asking: PeerContext): Promise<HospitalReference> {
    return hospitalReference(await this.#hospital.getJson('/internal/hospital', asking))
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await Promise.all([this.#hospital.close(), this.#patient.close()])
  }
}

async function eachHundred<T>(ids: readonly string[], ask: (ids: string) => Promise<T>) {
  const answers: T[] = []
  for (let start = 0; start < ids.length; start += MOST_IDS) {
    answers.push(await ask(ids.slice(start, start + MOST_IDS).join(',')))
  }
  return answers
}
