import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/auth/src/${name}.ts`

/** What an invitation opens, to whom, and who makes it. */
export const invitations: readonly Mutant[] = [
  {
    what: 'a used invitation opens again',
    file: file('accounts/doors'),
    find: ' and invitation.accepted_at is null',
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'a withdrawn invitation opens',
    file: file('accounts/doors'),
    find: 'and invitation.withdrawn_at is null ',
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'an invitation opens for ever',
    file: file('accounts/doors'),
    find: ' and invitation.expires_at > now()',
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'whoever is invited becomes an administrator',
    file: file('accounts/doors'),
    find: 'invitation.role,',
    replace: "'admin' as role,",
    probe: 'invitations',
  },
  {
    what: 'the code of an invitation is kept as it is',
    file: file('tokens/refresh-tokens'),
    find: "return createHash('sha256').update(token).digest()",
    replace: 'return Buffer.from(token)',
    probe: 'invitations',
  },
  {
    what: 'invitations are listed and withdrawn without their hospital',
    file: file('invitations/repository'),
    find: `invitation.hospital_id = \${this.#hospitalId} and `,
    replace: '',
    probe: 'invitations',
    alone: true,
  },
  {
    what: 'an administrator of any hospital invites into it',
    file: file('invitations/repository'),
    find: ".where('hospital_id', '=', this.#hospitalId)",
    replace: '',
    probe: 'invitations',
    alone: true,
  },
  {
    what: 'whoever was an administrator still invites',
    file: file('invitations/repository'),
    find: ".where('role', 'in', ADMIN_ROLES)",
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'the invitations of who is shown out stay open',
    file: file('users/changes'),
    find: 'if (!isAdmin(after)) {',
    replace: 'if (isAdmin(before) && isAdmin(after)) {',
    probe: 'invitations',
  },
  {
    what: 'showing one out withdraws everybody’s invitations',
    file: file('invitations/repository'),
    find: ".where('invited_by', '=', invited_by)",
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'the platform invites where there is an administrator',
    file: file('invitations/system-repository'),
    find: "if (hospital.has_admin) return 'has_admin'",
    replace: '',
    probe: 'invitations',
  },
  {
    what: 'the platform’s guest comes in beside an administrator',
    file: file('accounts/doors'),
    find: 'sql<boolean>`(invitation.username is null',
    replace: 'sql<boolean>`(true',
    probe: 'invitations',
  },
  {
    what: 'each invitation of the platform stays open',
    file: file('invitations/system-repository'),
    find: 'set({ withdrawn_at: sql`now()` })',
    replace: 'set({ withdrawn_at: null })',
    probe: 'invitations',
  },
]
