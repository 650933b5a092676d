import type { Client } from 'pg'
import { demoClinic } from './clinic.ts'
import type { ClinicRules } from './clinic-rules.ts'
import { copyRows, type Value } from './copy.ts'
import type { DemoHospital } from './hospitals.ts'

/** Stores the departments and the doctors of each hospital. */
export async function loadClinics(
  client: Client,
  hospitals: readonly DemoHospital[],
  rules: ClinicRules,
) {
  const clinics = hospitals.map((hospital) => ({ hospital, ...demoClinic(hospital) }))
  await copy(
    client,
    'department',
    clinics.flatMap(({ hospital, departments }) =>
      departments.map((each) => ({ hospital_id: hospital.id, ...rules.departmentRow(each) })),
    ),
  )
  await copy(
    client,
    'doctor',
    clinics.flatMap(({ hospital, doctors }) =>
      doctors.map((each) => ({ hospital_id: hospital.id, ...rules.doctorRow(each) })),
    ),
  )
}

async function copy(client: Client, table: string, rows: Record<string, Value>[]) {
  const columns = Object.keys(rows[0] ?? {})
  if (columns.length === 0) return
  await copyRows(
    client,
    table,
    columns,
    rows.map((row) => Object.values(row)),
  )
}
