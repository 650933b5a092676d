import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/auth/src/${name}.ts`

/** How somebody with an account gets into one more hospital, and goes on there. */
export const memberships: readonly Mutant[] = [
  {
    what: 'whoever asks is let in at once',
    file: file('accounts/doors'),
    find: "'pending' as status",
    replace: "'active' as status",
    probe: 'memberships',
  },
  {
    what: 'whoever asks becomes a doctor',
    file: file('accounts/doors'),
    find: "'staff' as role",
    replace: "'doctor' as role",
    probe: 'memberships',
  },
  {
    what: 'a hospital that is not listed is asked',
    file: file('accounts/doors'),
    find: 'is_active and is_listed',
    replace: 'is_active',
    probe: 'memberships',
  },
  {
    what: 'a suspended hospital is asked',
    file: file('accounts/doors'),
    find: 'is_active and is_listed',
    replace: 'is_listed',
    probe: 'memberships',
  },
  {
    what: 'a hospital learns what its new member is elsewhere',
    file: file('memberships/events'),
    find: '{ ...identity, hospital_id, hospital_name, role, session_id: null }',
    replace: '{ ...identity, hospital_id, hospital_name }',
    probe: 'memberships',
  },
  {
    what: 'everybody’s memberships are one’s own',
    file: file('accounts/memberships'),
    find: ".whereRef('membership.account_id', '=', 'account.id')",
    replace: '',
    probe: 'memberships',
  },
  {
    what: 'going on where one is no member is not on record',
    file: file('memberships/switching'),
    find: 'await recordAudit(events.switchRefused(identity))',
    replace: '',
    probe: 'memberships',
  },
  {
    what: 'one goes on from a session that has ended',
    file: file('sessions/system-repository'),
    find: ".where('session.ended_at', 'is', null)",
    replace: '',
    probe: 'memberships',
  },
  {
    what: 'one goes on from a session that is over',
    file: file('sessions/system-repository'),
    find: "'session.expires_at', '>', sql<string>`now()`",
    replace: "'session.expires_at', 'is not', null",
    probe: 'memberships',
  },
  {
    what: 'going to and fro makes a session last for ever',
    file: file('sessions/system-repository'),
    find: /least\((now\(\) \+ .*), latest_end\)/g,
    replace: '$1',
    probe: 'memberships',
  },
  {
    what: 'one goes on as a member who is being disabled',
    file: file('sessions/system-repository'),
    find: ".where('membership.status', '=', 'active')",
    replace: '',
    probe: 'memberships',
  },
  {
    what: 'one goes on in a hospital that is being suspended',
    file: file('sessions/system-repository'),
    find: ".where('hospital.is_active', '=', true)",
    replace: '',
    probe: 'memberships',
  },
]
