import type { Lines } from '@wardstone/service'
import type { IdempotencyKeys, Tenant, TenantDatabase } from '@wardstone/tenancy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Database } from '../database/schema.ts'
import { possibleDuplicate } from '../errors.ts'
import { DuplicateRepository } from './duplicate-repository.ts'
import type { Candidate } from './duplicates.ts'
import * as events from './events.ts'
import { forbidden, mayRestrict, refuseClinical } from './field-permissions.ts'
import { toFields, unknownName } from './newcomer.ts'
import { recordedOnce, withoutHidden } from './once.ts'
import { RegistrationRepository } from './registration-repository.ts'
import type { PatientFields } from './rules.ts'
import type { NewPatient, Patient } from './schemas.ts'

/** Somebody may be registered already: thrown to undo what was begun, numbers included. */
class PossibleDuplicate extends Error {
  override readonly name = 'PossibleDuplicate'
  readonly candidates: Candidate[]

  constructor(candidates: Candidate[]) {
    super('The patient may be registered already.')
    this.candidates = candidates
  }
}

interface RegistrationOptions {
  database: TenantDatabase<Database>
  keys: IdempotencyKeys
  /** Of those who register in one hospital. */
  lines: Lines
}

/** New patients, one by one. Those of one hospital stand in line for the next number; they hold no connection meanwhile. */
export class PatientRegistration {
  readonly #database: TenantDatabase<Database>
  readonly #keys: IdempotencyKeys
  readonly #lines: Lines

  constructor({ database, keys, lines }: RegistrationOptions) {
    this.#database = database
    this.#lines = lines
    this.#keys = keys
  }

  /** @throws problem 409, on record, when the patient may be registered already and nobody confirms that not */
  async register(request: FastifyRequest, reply: FastifyReply, body: NewPatient): Promise<Patient> {
    await refuseClinical(request, body)
    if (!mayRestrict(request.identity, false, body)) {
      throw await forbidden(request, 'patient.restrict')
    }
    const fields = toFields(body)
    const isChecked = !body.confirm_duplicate && !fields.is_unknown
    try {
      const tenant = this.#database.tenant(request.identity)
      const stored = await this.#lines.run(tenant.hospitalId, () =>
        recordedOnce(this.#keys, [request, reply], tenant, {
          action: 'patient.created',
          change: (place) => place.together((inside) => store(inside, fields, isChecked)),
        }),
      )
      return withoutHidden(request, stored as Patient)
    } catch (error) {
      throw error instanceof PossibleDuplicate ? await doubted(request, error.candidates) : error
    }
  }
}

/** Whoever comes second waits for the number, and so sees who came first. */
async function store(tenant: Tenant<Database>, fields: PatientFields, isChecked: boolean) {
  const registrations = new RegistrationRepository(tenant)
  const numbers = await registrations.reserve(1)
  if (isChecked) {
    const candidates = await new DuplicateRepository(tenant).likely(fields)
    if (candidates.length > 0) throw new PossibleDuplicate(candidates)
  }
  const name = fields.is_unknown
    ? unknownName(fields.gender, await registrations.nextUnknown(fields.gender))
    : {}
  return registrations.create({ ...fields, ...name }, numbers, (id) =>
    events.patientCreated(tenant.identity, id),
  )
}

async function doubted({ identity, server }: FastifyRequest, candidates: Candidate[]) {
  const shown = candidates.map(({ id }) => id)
  await server.recordAudit(events.registrationDoubted(identity, shown))
  return possibleDuplicate(candidates)
}
