import type { Kysely } from 'kysely'
import { SystemAccountRepository } from './accounts/repository.ts'
import { SystemBreakGlassRepository } from './break-glass/system-repository.ts'
import type { Database } from './database/schema.ts'
import { SystemHospitalRepository } from './hospitals/repository.ts'
import { SystemInvitationRepository } from './invitations/system-repository.ts'
import { SystemRevocationRepository } from './revocations/repository.ts'
import { SystemOwnSessionRepository } from './sessions/system-own-session-repository.ts'
import { SystemRefreshTokenRepository } from './sessions/system-refresh-token-repository.ts'
import { SystemSessionRepository } from './sessions/system-repository.ts'
import { SystemThrottleRepository } from './throttling/system-repository.ts'

/** What works across hospitals, on the system role's database: docs/architecture.md says why each must. */
export function systemRepositories(db: Kysely<Database>, accessTokenSeconds: number) {
  return {
    accounts: new SystemAccountRepository(db),
    failures: new SystemThrottleRepository(db),
    glasses: new SystemBreakGlassRepository(db),
    hospitals: new SystemHospitalRepository(db, accessTokenSeconds),
    invitations: new SystemInvitationRepository(db),
    ownSessions: (accountId: string) => new SystemOwnSessionRepository(db, accountId),
    refreshTokens: new SystemRefreshTokenRepository(db),
    revocations: new SystemRevocationRepository(db),
    sessions: new SystemSessionRepository(db),
  }
}
