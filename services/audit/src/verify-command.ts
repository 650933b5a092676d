import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type Static, Type } from '@sinclair/typebox'
import type { Identity } from '@wardstone/contracts'
import { createLogger, loadConfig } from '@wardstone/service'
import { TenantDatabase } from '@wardstone/tenancy'
import { verifyHospital } from './chain/hospital-chain.ts'
import type { Finding, Verdict } from './chain/verify.ts'
import { readCheckpointKeys } from './checkpoints/keys.ts'
import { ConfigSchema } from './config.ts'
import type { Database } from './database/schema.ts'

const { DATABASE_URL, CHECKPOINT_KEY_FILE, CHECKPOINT_FILE } = ConfigSchema.properties
const VerifyConfigSchema = Type.Object({ DATABASE_URL, CHECKPOINT_KEY_FILE, CHECKPOINT_FILE })

const USAGE = 'Usage: pnpm audit:verify --hospital <id>'
const EVERY = 100_000

const FINDINGS: Readonly<Record<Finding, string>> = {
  entry: 'is not the entry that was recorded',
  cut_off: 'is missing, though the chain went on',
  checkpoint: 'is not what a checkpoint says, or the checkpoint is not signed by any of our keys',
  checkpoint_lost: 'has a checkpoint that is missing in the database or in the file outside it',
}

/** Where a command's words go. */
export interface Output {
  /** The verdict, for programs. */
  out: (text: string) => void
  /** What a person reads. */
  say: (text: string) => void
}

/**
 * Checks one hospital's chain in the database, however long it is. Returns the exit code: 0 as it was,
 * 1 altered, 2 it could not be checked.
 */
export async function verifyCommand(
  args: string[],
  env: Record<string, string | undefined>,
  { out, say }: Output,
): Promise<0 | 1 | 2> {
  try {
    const hospital = hospitalIn(args)
    const verdict = await verifyIn(loadConfig(VerifyConfigSchema, env), hospital, say)
    if (verdict.ok && verdict.events === 0) throw new Error(`There is no entry of ${hospital}.`)
    say(sentence(hospital, verdict))
    out(JSON.stringify({ hospital_id: hospital, ...verdict }))
    return verdict.ok ? 0 : 1
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 2
  }
}

function hospitalIn(args: string[]): string {
  const { values } = parseArgs({ args, options: { hospital: { type: 'string', default: '' } } })
  const hospital = values.hospital.toLowerCase()
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(hospital)) throw new Error(USAGE)
  return hospital
}

async function verifyIn(
  config: Static<typeof VerifyConfigSchema>,
  hospital: string,
  say: Output['say'],
): Promise<Verdict> {
  const { keys } = readCheckpointKeys(config.CHECKPOINT_KEY_FILE)
  const name = 'audit-verify'
  const database = new TenantDatabase<Database>({
    url: config.DATABASE_URL,
    poolSize: 2,
    applicationName: name,
    logger: createLogger(name, 'silent'),
  })
  let told = 0
  try {
    await database.isUp()
    return await verifyHospital(
      database.tenant(operatorOf(hospital)),
      { keys, witnessFile: config.CHECKPOINT_FILE },
      (seq) => {
        if (seq < told + EVERY) return
        told = seq
        say(`${seq} entries …`)
      },
    )
  } finally {
    await database.close()
  }
}

/** Nobody who signed in: who may read the keys and passwords of the service. They see a verdict, no event. */
function operatorOf(hospital: string): Identity {
  return {
    role: 'system',
    user_id: null,
    username: null,
    session_id: null,
    hospital_id: hospital,
    hospital_name: null,
    request_id: randomUUID(),
    ip: '127.0.0.1',
    user_agent: null,
  }
}

function sentence(
  hospital: string,
  { events, signed_seq, first_bad_seq, finding }: Verdict,
): string {
  return finding
    ? `ALTERED: entry ${first_bad_seq} of ${hospital} ${FINDINGS[finding]}. Vouched for: up to ${signed_seq}.`
    : `The ${events} entries of ${hospital} are as they were; those up to ${signed_seq} are vouched for by checkpoints.`
}
