import { TypeCompiler } from '@sinclair/typebox/compiler'
import { HospitalEventSchema, InvitationCreatedSchema } from '@wardstone/contracts'
import type { ReceivedMessage } from '@wardstone/events'
import type { Logger } from '@wardstone/service'
import type { SystemInvitationRepository } from '../invitations/system-repository.ts'
import type { SystemHospitalRepository } from './repository.ts'

const hospitalEvent = TypeCompiler.Compile(HospitalEventSchema)
const invitationCreated = TypeCompiler.Compile(InvitationCreatedSchema)

/** What is told of doctors is not for us. */
const OURS = /\.hospital\.(hospital|invitation)\.[a-z]+$/

export interface HospitalEventTargets {
  hospitals: SystemHospitalRepository
  invitations: SystemInvitationRepository
}

/** Handles what the hospital service tells, in its order. What is not understood is put away with a line in the log. */
export function hospitalEventHandler(
  { hospitals, invitations }: HospitalEventTargets,
  logger: Logger,
) {
  return async (messages: readonly ReceivedMessage[]): Promise<void> => {
    for (const { id, subject, payload } of messages) {
      if (!OURS.test(subject)) continue
      const event = parse(payload)
      if (hospitalEvent.Check(event)) await hospitals.apply(event)
      else if (invitationCreated.Check(event)) await invitations.store(event)
      else logger.error({ id, subject }, 'hospital event not understood')
    }
  }
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString())
  } catch {
    return undefined
  }
}
