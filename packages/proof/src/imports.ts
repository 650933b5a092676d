import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import type { Hospital } from './hospitals.ts'

/** An import that a hospital has made. */
export async function addImport(world: World, { id }: Hospital): Promise<string> {
  const made = randomUUID()
  await world.sql(
    'patient',
    `insert into patient_import (hospital_id, id, requested_by, dry_run, status, stage, rows,
        rows_done, errors, created, finished_at)
      values ($1, $2, gen_random_uuid(), false, 'completed', 'storing', 1, 1, 0, 1, now())`,
    [id, made],
  )
  return made
}
