import { expectedVersion, type ServicePlugin, sendVersioned } from '@wardstone/service'
import type { Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { scheduleUpdated } from '../doctors/events.ts'
import { refuseOthersSchedule } from '../doctors/own-schedule.ts'
import { DoctorRepository } from '../doctors/repository.ts'
import type { Doctor } from '../doctors/schemas.ts'
import { notFound, stale } from '../errors.ts'
import { refused } from '../records/failures.ts'
import { differences, refuseStale } from '../records/rules.ts'
import { RecordParamsSchema } from '../records/schemas.ts'
import { inOrder } from './rules.ts'
import * as schemas from './schemas.ts'

interface AvailabilityRoutesOptions {
  database: TenantDatabase<Database>
}

/** `/api/doctors/:id/availability`: when a doctor works, every week. */
export const availabilityRoutes: ServicePlugin<AvailabilityRoutesOptions> = async (
  app,
  { database },
) => {
  const params = RecordParamsSchema
  const response = { 200: schemas.AvailabilitySchema }

  app.get(
    '/:id/availability',
    {
      config: { permission: 'doctor.read', problems: [404] },
      schema: { params, response },
    },
    async ({ identity, params: { id } }, reply) => {
      const doctor = await new DoctorRepository(database.tenant(identity)).find(id)
      if (!doctor) throw notFound()
      return sendVersioned(reply, doctor)
    },
  )

  app.put(
    '/:id/availability',
    {
      config: { permission: 'doctor.schedule.write', problems: [404, 412] },
      schema: { params, body: schemas.AvailabilityReplacementSchema, response },
    },
    async (request, reply) => {
      const { id } = request.params
      try {
        const tenant = database.tenant(request.identity)
        return sendVersioned(reply, await replace(tenant, request, id, request.body))
      } catch (error) {
        const entity = { type: 'doctor', id } as const
        throw await refused(request, { action: 'doctor.schedule_updated', entity }, error)
      }
    },
  )
}

async function replace(
  tenant: Tenant<Database>,
  request: FastifyRequest,
  id: string,
  body: schemas.AvailabilityReplacement,
): Promise<Doctor> {
  const wanted = {
    slot_minutes: body.slot_minutes,
    available_times: inOrder(body.available_times),
  }
  const doctor = await new DoctorRepository(tenant).change(id, (current) => {
    refuseOthersSchedule(request.identity, current)
    refuseStale(current, expectedVersion(request), stale)
    const { slot_minutes, available_times } = current
    const names = Object.keys(differences({ slot_minutes, available_times }, wanted))
    if (names.length === 0) return undefined
    const next = { ...current, version: current.version + 1 }
    return {
      row: { ...wanted, available_times: JSON.stringify(wanted.available_times) },
      events: scheduleUpdated(request.identity, next, names),
    }
  })
  if (!doctor) throw notFound()
  return doctor
}
