import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DemoDepartment, DemoDoctor } from './clinic.ts'
import type { Value } from './copy.ts'

type Row = Record<string, Value>

/** How the hospital service derives what it stores. */
export interface ClinicRules {
  departmentRow(department: DemoDepartment): Row
  doctorRow(doctor: DemoDoctor): Row
}

/** The service's own rules, taken at run time as its migrations are: packages import no service. */
export async function clinicRules(): Promise<ClinicRules> {
  const [departments, doctors] = await Promise.all([rulesOf('departments'), rulesOf('doctors')])
  return {
    departmentRow: ({ id, ...fields }) => ({ id, ...departments.toRow(fields) }),
    doctorRow: ({ id, slot_minutes, available_times, ...fields }) => ({
      id,
      ...doctors.toRow(fields),
      slot_minutes,
      available_times: JSON.stringify(available_times),
    }),
  }
}

async function rulesOf(resource: string): Promise<{ toRow(fields: object): Row }> {
  const services = resolve(import.meta.dirname, '../../../../services')
  return import(pathToFileURL(resolve(services, `hospital/src/${resource}/rules.ts`)).href)
}
