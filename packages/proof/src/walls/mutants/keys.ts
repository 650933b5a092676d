import type { Mutant } from '../mutant.ts'

const file = (name: string) => `packages/tenancy/src/${name}.ts`

/** What keeps the answer to an `Idempotency-Key`, and for whom. */
export const keys: readonly Mutant[] = [
  {
    what: 'a key is everybody’s',
    file: file('idempotency-keys'),
    find: 'PLATFORM_HOSPITAL_ID, identity.user_id,',
    replace: 'PLATFORM_HOSPITAL_ID, NOBODY,',
    probe: 'keys',
  },
  {
    what: 'strangers share their keys',
    file: file('idempotency-keys'),
    find: 'nameOf([key, url, body])',
    replace: 'nameOf([key, url])',
    probe: 'keys',
  },
  {
    what: 'a key is good for any request',
    file: file('idempotency-keys'),
    find: 'kept.fingerprint === fingerprint',
    replace: 'kept.fingerprint.length > 0',
    probe: 'keys',
  },
  {
    what: 'answers are not kept',
    file: file('idempotent-answers'),
    find: 'return row?.answer',
    replace: 'return undefined',
    probe: 'keys',
  },
  {
    what: 'answers are kept in clear',
    file: 'packages/service/src/sealer.ts',
    find: 'cipher.getAuthTag()])',
    replace: 'cipher.getAuthTag(), bytes(value)])',
    probe: 'keys',
  },
]
