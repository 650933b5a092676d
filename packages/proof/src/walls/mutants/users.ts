import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/auth/src/${name}.ts`

/** The members of a hospital: which are seen, who changes them, and what of them. */
export const users: readonly Mutant[] = [
  {
    what: 'members are read without their hospital',
    file: file('users/repository'),
    find: ".where('membership.hospital_id', '=', this.#hospitalId)",
    replace: '',
    probe: 'users',
    alone: true,
  },
  {
    what: 'administrators of any hospital count as left',
    file: file('users/membership-repository'),
    find: ".where('hospital_id', '=', this.#hospitalId)",
    replace: '',
    probe: 'users',
    alone: true,
  },
  {
    what: 'a membership is changed in every hospital',
    file: file('users/membership-repository'),
    find: ".where('hospital_id', '=', hospital_id)",
    replace: '',
    probe: 'users',
    alone: true,
  },
  {
    what: 'disabling a member ends their sessions in every hospital',
    file: file('sessions/ending'),
    find: ".where('hospital_id', '=', hospital_id)",
    replace: '',
    probe: 'users',
    alone: true,
  },
  {
    what: 'the last administrator may leave',
    file: file('users/rules'),
    find: '!others.some(isAdmin)',
    replace: 'others.length < 0',
    probe: 'users',
  },
  {
    what: 'whoever was an administrator still changes members',
    file: file('users/rules'),
    find: 'self !== undefined && isAdmin(self)',
    replace: 'locked.length > 0',
    probe: 'users',
  },
]
