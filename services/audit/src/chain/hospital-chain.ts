import type { Tenant } from '@wardstone/tenancy'
import type { CheckpointKeys } from '../checkpoints/keys.ts'
import { mergedCheckpoints } from '../checkpoints/merged.ts'
import { CheckpointRepository } from '../checkpoints/repository.ts'
import { witnessedCheckpoints, witnessSize } from '../checkpoints/witness-file.ts'
import type { Database } from '../database/schema.ts'
import { EventRepository } from '../events/repository.ts'
import type { FoundEntry } from './entry.ts'
import { type Verdict, verifyChain } from './verify.ts'

/** What a chain is held against. */
export interface Vouchers {
  readonly keys: CheckpointKeys
  /** The file of checkpoints outside the database. */
  readonly witnessFile: string
}

/** Checks the chain of one hospital as the database has it, while it may grow. `onEntries` hears how far it is. */
export async function verifyHospital(
  hospital: Tenant<Database>,
  { keys, witnessFile }: Vouchers,
  onEntries?: (seq: number) => void,
): Promise<Verdict> {
  const { hospitalId } = hospital
  const events = new EventRepository(hospital)
  const checkpoints = new CheckpointRepository(hospital)
  // In this order: a checkpoint is in the file before it is in the database, and its entries before both.
  const known = await witnessSize(witnessFile)
  const upTo = await checkpoints.newestSeq()
  const to = await witnessSize(witnessFile)
  const head = await events.head()
  return verifyChain({
    hospitalId,
    keys,
    head,
    entries: found(events, onEntries),
    checkpoints: mergedCheckpoints(
      checkpoints.all(upTo),
      witnessedCheckpoints(witnessFile, hospitalId, { known, to }),
    ),
  })
}

async function* found(
  events: EventRepository,
  onEntries?: (seq: number) => void,
): AsyncGenerator<FoundEntry[]> {
  for await (const group of events.chain()) {
    const [first, last] = [group.at(0)?.seq ?? 0, group.at(-1)?.seq ?? 0]
    const patients = await events.patients(first, last)
    yield group.map((entry) => ({ ...entry, found_by: patients.get(entry.seq) ?? [] }))
    onEntries?.(last)
  }
}
