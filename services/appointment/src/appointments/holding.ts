import { expectedVersion } from '@wardstone/service'
import type { Tenant } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { appointmentNotFound, staleAppointment } from '../errors.ts'
import { AppointmentRepository } from './repository.ts'
import type { Appointment } from './schemas.ts'

/** An appointment while nobody else can change it. */
export interface Held {
  appointments: AppointmentRepository
  current: NonNullable<Awaited<ReturnType<AppointmentRepository['lock']>>>
}

/**
 * Runs `change` in one transaction that holds the appointment, at the version that the request is meant for,
 * and its doctor and patient, and `others`.
 * @throws problem 404, 412
 */
export function holding(
  request: FastifyRequest,
  tenant: Tenant<Database>,
  { id, others = [] }: { id: string; others?: readonly string[] },
  change: (held: Held) => Promise<Appointment>,
): Promise<Appointment> {
  return tenant.together(async (inside) => {
    const appointments = new AppointmentRepository(inside)
    const current = await appointments.lock(id)
    if (!current) throw appointmentNotFound()
    const version = expectedVersion(request)
    if (version !== undefined && version !== current.version)
      throw staleAppointment(current.version)
    await appointments.hold([current.doctor_id, current.patient_id, ...others])
    return change({ appointments, current })
  })
}
