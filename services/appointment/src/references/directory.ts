import { setTimeout as sleep } from 'node:timers/promises'
import type { DoctorReference, HospitalReference, PatientReference } from '@wardstone/contracts'
import type { Logger } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { Database } from '../database/schema.ts'
import { ownerAway, referenceNotFound } from '../errors.ts'
import type { Owners } from './owners.ts'
import { KnownRepository } from './repository.ts'

/** An owner that was told to end may be gone for a moment before its successor listens. */
const AGAIN_WITHIN_MS = 3000
const AGAIN_MS = 200

/**
 * Who and what a booking needs, as it is now: the owning service is asked, and while it does not
 * answer what was last heard of it is good; who was never heard of is asked for again for a while.
 */
export class Directory {
  readonly #owners: Owners
  readonly #log: Logger

  constructor(owners: Owners, log: Logger) {
    this.#owners = owners
    this.#log = log
  }

  /** @throws problem 404 for a patient the hospital does not have, 503 when nobody can tell */
  async patient(tenant: Tenant<Database>, id: string): Promise<PatientReference> {
    const known = new KnownRepository(tenant)
    const patient = await this.#newest({
      ask: () => this.#owners.patients(askingOf(tenant), [id]).then(([found]) => found),
      known: known.findPatient(id),
      isNews: isNewer,
      keep: (found) => known.keepPatient(found),
    })
    if (!patient) throw referenceNotFound('patient_id', 'is not a patient of this hospital')
    return patient
  }

  /** @throws problem 404 for a doctor the hospital does not have, 503 when nobody can tell */
  async doctor(tenant: Tenant<Database>, id: string): Promise<DoctorReference> {
    const known = new KnownRepository(tenant)
    const doctor = await this.#newest({
      ask: () => this.#owners.doctors(askingOf(tenant), [id]).then(([found]) => found),
      known: known.findDoctor(id),
      isNews: isNewer,
      keep: (found) => known.keepDoctor(found),
    })
    if (!doctor) throw referenceNotFound('doctor_id', 'is not a doctor of this hospital')
    return doctor
  }

  /** @throws problem 503 when nobody can tell */
  async hospital(tenant: Tenant<Database>): Promise<HospitalReference> {
    const known = new KnownRepository(tenant)
    const hospital = await this.#newest({
      ask: () => this.#owners.hospital(askingOf(tenant)),
      known: known.findHospital(),
      isNews: (found, last) => JSON.stringify(found) !== JSON.stringify(last),
      keep: (found) => known.keepHospital(found),
    })
    return hospital as HospitalReference
  }

  /** The hospital's clock as it was last heard of; asked only when it never was. */
  async timeZone(tenant: Tenant<Database>): Promise<string> {
    const known = await new KnownRepository(tenant).findHospital()
    return (known ?? (await this.hospital(tenant))).time_zone
  }

  async #newest<T>({ ask, known, isNews, keep }: Sources<T>): Promise<T | undefined> {
    const [answer, looked] = await Promise.allSettled([ask(), known])
    if (looked.status === 'rejected') throw looked.reason
    const last = looked.value
    if (answer.status === 'rejected') {
      this.#log.warn({ err: answer.reason }, 'owner does not answer, what was last heard is good')
      if (last) return last
    }
    const found = answer.status === 'fulfilled' ? answer.value : await again(ask)
    if (found && !(last && !isNews(found, last))) await keep(found)
    return found
  }
}

/** @throws problem 503 when nobody answers for a while */
async function again<T>(ask: () => Promise<T>): Promise<T> {
  const until = Date.now() + AGAIN_WITHIN_MS
  for (;;) {
    await sleep(AGAIN_MS)
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw ownerAway(error)
    }
  }
}

interface Sources<T> {
  ask: () => Promise<T | undefined>
  known: Promise<T | undefined>
  isNews: (found: T, known: T) => boolean
  keep: (found: T) => Promise<void>
}

function isNewer(found: { version: number }, known: { version: number }): boolean {
  return found.version > known.version
}

function askingOf({ hospitalId, identity }: Tenant<Database>) {
  return { hospital_id: hospitalId, request_id: identity.request_id }
}
