import { type AuditAction, isGranted } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import type { IdempotencyKeys, Tenant } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { CLINICAL } from './clinical.ts'
import * as events from './events.ts'
import type { Patient } from './schemas.ts'

interface Once<T> {
  action: AuditAction
  /** Makes the change, on nothing but the tenant it is given; undefined when there is none to make. */
  change: (inside: Tenant<Database>) => Promise<T | undefined>
  /** The patients that an answer which is shown again shows. */
  shown?: (answer: T) => string[]
}

/** Undoes what was begun when there is no change to keep. */
class NoChange extends Error {
  override readonly name = 'NoChange'
}

/** Makes a change once for the request's key, if it has one; an answer that is shown again and a key that is refused are on record. */
export async function recordedOnce<T extends object>(
  keys: IdempotencyKeys,
  [request, reply]: [FastifyRequest, FastifyReply],
  tenant: Tenant<Database>,
  { action, change, shown = idOf }: Once<T>,
): Promise<T | undefined> {
  const { identity, server } = request
  try {
    return await keys.once<Tenant<Database>, T>([request, reply], tenant, {
      change: async (inside) => {
        const changed = await change(inside)
        if (changed === undefined) throw new NoChange()
        return changed
      },
      replayed: (answer) =>
        server.recordAudit(events.answerReplayed(identity, action, shown(answer))),
    })
  } catch (error) {
    if (error instanceof NoChange) return undefined
    if (error instanceof ProblemError && error.code.startsWith('idempotency'))
      await server.recordAudit(events.keyRefused(identity, action, error.code))
    throw error
  }
}

/** An answer that was kept may be of a time when its reader had another role. */
export function withoutHidden({ identity }: FastifyRequest, patient: Patient): Patient {
  if (isGranted(identity.role, 'patient.clinical.read')) return patient
  const seen: Partial<Patient> = { ...patient }
  for (const column of CLINICAL) delete seen[column]
  return seen as Patient
}

function idOf(answer: object): string[] {
  return [(answer as Patient).id]
}
