import type { Mutant } from '../mutant.ts'

/** What a process keeps in memory, and for whom. */
export const caches: readonly Mutant[] = [
  {
    what: 'what is kept of one hospital is kept of all',
    file: 'packages/tenancy/src/hospital-cache.ts',
    find: 'const key = tenant.hospitalId',
    replace: "const key = 'any'",
    probe: 'caches',
  },
]
