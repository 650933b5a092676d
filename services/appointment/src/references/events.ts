import { TypeCompiler } from '@sinclair/typebox/compiler'
import { RecordEventSchema } from '@wardstone/contracts'
import type { ReceivedMessage } from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import type { Owners } from './owners.ts'
import type { SystemKnownRepository } from './system-repository.ts'

const recordEvent = TypeCompiler.Compile(RecordEventSchema)
const SUBJECT =
  /^domain\.(?<hospital>[0-9a-f-]{36})\.(patient\.(?<kind>patient)|hospital\.(?<kind>doctor|hospital))\.[a-z]+$/

/** What one hospital's events are about. */
class News {
  readonly patient = new Set<string>()
  readonly doctor = new Set<string>()
  hospital = false
}

/**
 * Handles what the hospital and the patient service tell: who is deactivated cannot be booked from now
 * on, and what else is new is asked of its owner. Where that does not answer the events come again,
 * and hold back nobody else's news. What is not understood is put away with a line in the log.
 */
export function referenceEventHandler(known: SystemKnownRepository, owners: Owners, log: Logger) {
  return async (messages: readonly ReceivedMessage[]): Promise<void> => {
    const news = new Map<string, News>()
    for (const { id, subject, payload } of messages) {
      const { hospital, kind } = SUBJECT.exec(subject)?.groups ?? {}
      if (hospital === undefined || kind === undefined) continue
      const ofHospital = news.get(hospital) ?? new News()
      news.set(hospital, ofHospital)
      if (kind === 'hospital') {
        ofHospital.hospital = true
        continue
      }
      const event = parse(payload)
      if (recordEvent.Check(event) && event.hospital_id === hospital) {
        await known.setActive(kind as 'patient' | 'doctor', hospital, event)
        ofHospital[kind as 'patient' | 'doctor'].add(event.id)
      } else log.error({ id, subject }, 'domain event not understood')
    }
    const learnt = await Promise.allSettled(
      [...news].flatMap(([hospital_id, each]) => learn(known, owners, { hospital_id, ...each })),
    )
    const failed = learnt.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }
}

function learn(
  known: SystemKnownRepository,
  owners: Owners,
  { hospital_id, patient, doctor, hospital }: News & { hospital_id: string },
): Promise<void>[] {
  const asking = { hospital_id }
  const patients = async () =>
    known.keepPatients(hospital_id, await owners.patients(asking, [...patient]))
  const doctors = async () =>
    known.keepDoctors(hospital_id, await owners.doctors(asking, [...doctor]))
  const calendar = async () =>
    known.keepHospital({ ...(await owners.hospital(asking)), id: hospital_id })
  return [patients(), doctors(), ...(hospital ? [calendar()] : [])]
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString())
  } catch {
    return undefined
  }
}
