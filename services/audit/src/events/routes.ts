import { createPublicKey, type KeyObject } from 'node:crypto'
import { type CursorCodec, linkNext, type ServicePlugin, toPage } from '@wardstone/service'
import type { Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyRequest } from 'fastify'
import { type Verdict, verifyChain } from '../chain/verify.ts'
import type { Checkpoint } from '../checkpoints/note.ts'
import { CheckpointRepository } from '../checkpoints/repository.ts'
import type { CheckpointWitness } from '../checkpoints/witness.ts'
import type { Database } from '../database/schema.ts'
import { auditRead } from './events.ts'
import { EventRepository } from './repository.ts'
import { EventListQuerySchema, EventPageSchema, NoQuerySchema, VerdictSchema } from './schemas.ts'

export interface EventRoutesOptions {
  database: TenantDatabase<Database>
  cursors: CursorCodec
  witness: CheckpointWitness
  privateKey: KeyObject
}

const VERIFY_WITHIN_MS = 60_000

/** `/api/audit`: what happened at the caller's hospital. Looking is on record too. */
export const eventRoutes: ServicePlugin<EventRoutesOptions> = async (app, options) => {
  const { database, cursors, witness, privateKey } = options
  const { recordAudit } = app
  const publicKey = createPublicKey(privateKey)
  const tenant = (request: FastifyRequest) => database.tenant(request.identity)

  app.get(
    '/events',
    {
      config: { permission: 'audit.read' },
      schema: { querystring: EventListQuerySchema, response: { 200: EventPageSchema } },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query
      const hospital = tenant(request)
      const scope = [hospital.hospitalId, 'audit/events', filter]
      const [before] = cursor === undefined ? [] : (cursors.decode(scope, cursor) as [number])
      const rows = await new EventRepository(hospital).list(filter, limit, before)
      await recordAudit(auditRead(request.identity, 'events', filter.patient_id))
      const page = toPage(rows, limit, { codec: cursors, scope, position: ({ seq }) => [seq] })
      linkNext(request, reply, page)
      return page
    },
  )

  app.get(
    '/verify',
    {
      config: { permission: 'audit.read' },
      handlerTimeout: VERIFY_WITHIN_MS,
      schema: { querystring: NoQuerySchema, response: { 200: VerdictSchema } },
    },
    async (request) => {
      const verdict = await verify(tenant(request), witness, publicKey)
      await recordAudit(auditRead(request.identity, 'verify'))
      return verdict
    },
  )
}

async function verify(
  hospital: Tenant<Database>,
  witness: CheckpointWitness,
  publicKey: KeyObject,
): Promise<Verdict> {
  const { hospitalId } = hospital
  const events = new EventRepository(hospital)
  // Before the entries are read: the chain may grow meanwhile, but not shrink.
  const head = await events.head()
  const stored = new CheckpointRepository(hospital).all()
  return verifyChain({
    hospitalId,
    publicKey,
    ...(head && { head }),
    entries: events.chain(),
    checkpoints: withWitnessed(stored, witness.newest(hospitalId)),
  })
}

/** The checkpoints of the database, and the one that is kept outside, in its place. */
async function* withWitnessed(stored: AsyncIterable<Checkpoint>, witnessed?: Checkpoint) {
  let waiting = witnessed
  for await (const checkpoint of stored) {
    if (waiting && waiting.seq <= checkpoint.seq) {
      yield waiting
      waiting = undefined
    }
    yield checkpoint
  }
  if (waiting) yield waiting
}
