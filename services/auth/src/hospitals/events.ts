import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type HospitalEvent, HospitalEventSchema } from '@wardstone/contracts'
import type { ReceivedMessage } from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import type { SystemHospitalRepository } from './repository.ts'

const isHospitalEvent = TypeCompiler.Compile(HospitalEventSchema)

/** Handles what the hospital service tells, in its order. What is no hospital event is put away with a line in the log. */
export function hospitalEventHandler(hospitals: SystemHospitalRepository, logger: Logger) {
  return async (messages: readonly ReceivedMessage[]): Promise<void> => {
    for (const { id, subject, payload } of messages) {
      const event = parse(payload)
      if (event) await hospitals.apply(event)
      else logger.error({ id, subject }, 'hospital event not understood')
    }
  }
}

function parse(payload: Uint8Array): HospitalEvent | undefined {
  try {
    const event: unknown = JSON.parse(Buffer.from(payload).toString())
    return isHospitalEvent.Check(event) ? event : undefined
  } catch {
    return undefined
  }
}
