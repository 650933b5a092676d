import type { AuditEvent } from '@wardstone/contracts'
import { outboxRows, type Tenant } from '@wardstone/tenancy'
import { type Insertable, type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { AppointmentTable, Database } from '../database/schema.ts'
import { OWN, wholeAppointments } from './columns.ts'
import type { Appointment, AppointmentStatus } from './schemas.ts'
import { freeOrProblem } from './taken.ts'

/** What no appointment takes longer than, so that those of years ago are not looked at. */
const LONGEST = '8 hours'

/** What is stored with a new appointment. */
export type NewRow = Omit<Insertable<AppointmentTable>, 'hospital_id'>

/** What a change sets, and why. */
export interface AppointmentChange {
  set: Partial<
    Pick<
      AppointmentTable,
      | 'doctor_id'
      | 'department_id'
      | 'starts_at'
      | 'ends_at'
      | 'type'
      | 'reason'
      | 'notes'
      | 'queue_number'
    >
  > & { status?: AppointmentStatus }
  /** Of a move or a new status, for the history. */
  reason: string | null
  event: AuditEvent
}

/** The appointments of one hospital. */
export class AppointmentRepository {
  readonly #db: Kysely<Database>
  readonly #tenant: Tenant<Database>

  constructor(tenant: Tenant<Database>) {
    this.#db = tenant.db
    this.#tenant = tenant
  }

  find(id: string): Promise<Appointment | undefined> {
    return this.#whole(this.#select().where('appointment.id', '=', id)).executeTakeFirst()
  }

  /** Its state as nobody can change it until the transaction ends. */
  lock(id: string) {
    return this.#select()
      .where('appointment.id', '=', id)
      .select(OWN.map((column) => `appointment.${column}` as const))
      .forUpdate()
      .executeTakeFirst()
  }

  /**
   * Whoever books one of these doctors or patients next waits until this transaction ends: else two
   * that are stored at the same moment would each wait for the other.
   */
  async hold(ids: readonly string[]): Promise<void> {
    const { hospitalId } = this.#tenant
    const keys = [...new Set(ids)].sort().map((id) => `${hospitalId} ${id}`)
    await sql`select pg_advisory_xact_lock(hashtextextended(key, 0))
      from (select key from unnest(${keys}::text[]) as key order by key) as held`.execute(this.#db)
  }

  /** @throws problem 409 `slot_taken` */
  create(row: NewRow, event: AuditEvent): Promise<Appointment> {
    const hospital_id = this.#tenant.hospitalId
    const created = this.#db
      .with('change', (qb) =>
        qb
          .insertInto('appointment')
          .values({ hospital_id, ...row })
          .returning(OWN),
      )
      .with('history', () => this.#history(null))
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('change as appointment')
    return freeOrProblem(this.#whole(created as never).executeTakeFirstOrThrow(), row.starts_at)
  }

  /** Changes one that is locked. @throws problem 409 `slot_taken` */
  change(
    { id, starts_at }: Pick<Appointment, 'id' | 'starts_at'>,
    { set, reason, event }: AppointmentChange,
  ): Promise<Appointment> {
    const changed = this.#db
      .with('change', (qb) =>
        qb
          .updateTable('appointment')
          .set({ ...set, updated_at: sql`now()`, version: sql`version + 1` })
          .where('hospital_id', '=', this.#tenant.hospitalId)
          .where('id', '=', id)
          .returning(OWN),
      )
      .with('history', () => this.#history(reason))
      .with('sent', () => outboxRows('change', [event]))
      .selectFrom('change as appointment')
    const now = set.starts_at ?? starts_at
    return freeOrProblem(this.#whole(changed as never).executeTakeFirstOrThrow(), now)
  }

  /** The next number in the line of a doctor on a day. */
  async drawNumber(doctor_id: string, day: string): Promise<number> {
    const row = await this.#db
      .insertInto('queue')
      .values({ hospital_id: this.#tenant.hospitalId, doctor_id, day, last_number: 1 })
      .onConflict((conflict) =>
        conflict
          .columns(['hospital_id', 'doctor_id', 'day'])
          .doUpdateSet({ last_number: sql`queue.last_number + 1` }),
      )
      .returning('last_number')
      .executeTakeFirstOrThrow()
    return row.last_number
  }

  /** The states it was in, the first one first. */
  history(id: string) {
    return this.#db
      .selectFrom('appointment_history')
      .where('hospital_id', '=', this.#tenant.hospitalId)
      .where('appointment_id', '=', id)
      .select([
        'version',
        'status',
        'doctor_id',
        'starts_at',
        'ends_at',
        'reason',
        'changed_by',
        'changed_at',
      ])
      .orderBy('version')
      .execute()
  }

  /** When a doctor is taken in `[from, to)`, in order. */
  taken(doctor_id: string, from: string, to: string) {
    return this.#select()
      .where('doctor_id', '=', doctor_id)
      .where('status', 'not in', ['cancelled', 'no_show'])
      .where('starts_at', '<', to)
      .where('starts_at', '>', sql<string>`${from}::timestamptz - ${LONGEST}::interval`)
      .where('ends_at', '>', from)
      .select(['starts_at', 'ends_at'])
      .orderBy('starts_at')
      .execute()
  }

  #select() {
    return this.#db
      .selectFrom('appointment')
      .where('appointment.hospital_id', '=', this.#tenant.hospitalId)
  }

  #whole(appointments: SelectQueryBuilder<Database, 'appointment', object>) {
    return wholeAppointments(appointments, this.#tenant)
  }

  #history(reason: string | null) {
    return sql`(insert into appointment_history
        (hospital_id, appointment_id, version, status, doctor_id, starts_at, ends_at, reason, changed_by)
      select ${this.#tenant.hospitalId}::uuid, id, version, status, doctor_id, starts_at, ends_at,
        ${reason}, ${this.#tenant.identity.user_id}::uuid from change)` as never
  }
}
