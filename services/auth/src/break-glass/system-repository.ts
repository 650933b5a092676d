import { PLATFORM_HOSPITAL_ID } from '@wardstone/contracts'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../database/schema.ts'
import { changedMeanwhile } from '../errors.ts'
import { type Opening, SystemSessionRepository } from '../sessions/system-repository.ts'
import type { Glass } from './glass.ts'

/** A glass to break. */
export interface NewGlass extends Glass {
  reason_text: string
}

/** Breaks glasses: a platform administrator's session is in one hospital's, and opens another. */
export class SystemBreakGlassRepository {
  readonly #db: Kysely<Database>

  constructor(db: Kysely<Database>) {
    this.#db = db
  }

  /** A hospital to open, as its service told it last; the platform is none. */
  findHospital(hospitalId: string) {
    return this.#db
      .selectFrom('hospital')
      .where('hospital_id', '=', hospitalId)
      .where('hospital_id', '<>', PLATFORM_HOSPITAL_ID)
      .select(['hospital_id', 'name as hospital_name', 'is_active'])
      .executeTakeFirst()
  }

  /**
   * Begins the session and breaks its glass. The hospital is locked, so that its suspension either
   * sees the glass or is seen by it.
   * @returns when the session ends; undefined when the membership does not let its holder in any more
   */
  open(opening: Opening, glass: NewGlass): Promise<{ expires_at: string } | undefined> {
    return this.#db.transaction().execute(async (trx) => {
      const session = await new SystemSessionRepository(trx).open(opening)
      if (!session) return undefined
      const { id, hospital_id, patient_id, reason_code, reason_text } = glass
      const { account, member } = opening
      const broken = await trx
        .insertInto('break_glass')
        .columns([
          ...(['hospital_id', 'id', 'session_id', 'account_id', 'username', 'role'] as const),
          ...(['patient_id', 'reason_code', 'reason_text', 'expires_at'] as const),
        ])
        .expression((db) =>
          db
            .selectFrom('hospital')
            .where('hospital_id', '=', hospital_id)
            .where('is_active', '=', true)
            .select([
              'hospital_id',
              sql<string>`${id}::uuid`.as('id'),
              sql<string>`${opening.id}::uuid`.as('session_id'),
              sql<string>`${account.id}::uuid`.as('account_id'),
              sql<string>`${account.username}::text`.as('username'),
              sql<typeof member.role>`${member.role}::text`.as('role'),
              sql<string | null>`${patient_id}::uuid`.as('patient_id'),
              sql<typeof reason_code>`${reason_code}::text`.as('reason_code'),
              sql<string>`${reason_text}::text`.as('reason_text'),
              sql<string>`${session.expires_at}::timestamptz`.as('expires_at'),
            ])
            .forShare(),
        )
        .returning('id')
        .executeTakeFirst()
      if (!broken) throw changedMeanwhile()
      return session
    })
  }
}
