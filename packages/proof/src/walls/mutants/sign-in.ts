import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/auth/src/${name}.ts`

/** The auth service: who is let in, and for how long. */
export const signIn: readonly Mutant[] = [
  {
    what: 'any password is right',
    file: file('passwords/passwords'),
    find: 'return right && usable',
    replace: 'return usable || right',
    probe: 'sessions',
  },
  {
    what: 'pending and disabled ones are let in',
    file: file('accounts/memberships'),
    find: /if \(status === '(pending|disabled)'\) return '\w+'/g,
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'a refresh token can be used again and again',
    file: file('sessions/system-refresh-token-repository'),
    find: ".where('refresh_token.used_at', 'is', null)",
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'a refresh token outlives its session',
    file: file('sessions/system-refresh-token-repository'),
    find: ".where('session.ended_at', 'is', null)",
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'a session never expires',
    file: file('sessions/system-refresh-token-repository'),
    find: ".where('session.expires_at', '>', sql<string>`now()`)",
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'disabled members refresh',
    file: file('sessions/system-refresh-token-repository'),
    find: ".where('membership.status', '=', 'active')",
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'the reuse of a refresh token ends nothing',
    file: file('sessions/sign-in'),
    find: 'if (state.is_used) await this.#endFamily(identity, state, member)',
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'a spent refresh token has grace for ever',
    file: file('sessions/system-refresh-token-repository'),
    find: 'const GRACE_SECONDS = 10',
    replace: 'const GRACE_SECONDS = 100_000',
    probe: 'sessions',
  },
  {
    what: 'a grandparent has grace',
    file: file('sessions/system-refresh-token-repository'),
    find: 'and successor.used_at is null',
    replace: '',
    probe: 'sessions',
  },
  {
    what: 'a new password ends no session',
    file: file('passwords/system-repository'),
    find: 'await endOtherSessions(trx, {',
    replace:
      'await (async (_trx: unknown, _leaving: object): ReturnType<typeof endOtherSessions> => [])(trx, {',
    probe: 'sessions',
  },
]
