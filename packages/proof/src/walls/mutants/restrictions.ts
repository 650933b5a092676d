import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/patient/src/patients/${name}.ts`

/** What closes the record of a restricted patient to the hospital's own people. */
export const restrictions: readonly Mutant[] = [
  {
    what: 'no row is closed',
    file: file('restriction'),
    find: /return sql`\(.*is distinct from.*`/g,
    replace: 'return sql`false`',
    probe: 'restricted',
  },
  {
    what: 'no record is closed',
    file: file('restriction'),
    find: 'patient.is_restricted && !opensAll',
    replace: 'opensAll(identity) && !opensAll',
    probe: 'restricted',
  },
  {
    what: 'a glass for one patient opens every record',
    file: file('restriction'),
    find: 'identity.break_glass?.patient_id !== patient.id',
    replace: 'identity.break_glass === undefined',
    probe: 'restricted',
  },
  {
    what: 'everybody opens restricted patients',
    file: file('restriction'),
    find: "isGranted(identity.role, 'patient.restricted.read')",
    replace: "isGranted(identity.role, 'patient.read')",
    probe: 'restricted',
  },
  {
    what: 'the contact is shown of every patient',
    file: file('columns'),
    find: /case when \$\{closed\} then null else (.*) end/g,
    replace: '$1',
    probe: 'restricted',
  },
  {
    what: 'telephone numbers find every patient',
    file: file('search-repository'),
    find: ".where(({ not }) => not(rowIsClosedTo(this.#tenant.identity, 'patient')))",
    replace: '',
    probe: 'restricted',
  },
  {
    what: 'closed records are changed',
    file: file('repository'),
    find: ".where(({ not }) => not(rowIsClosedTo(this.#tenant.identity, 'patient')))",
    replace: '',
    probe: 'restricted',
  },
  {
    what: 'everybody who writes lifts restrictions',
    file: file('field-permissions'),
    find: "is_restricted === current || isGranted(role, 'patient.restrict')",
    replace: 'true',
    probe: 'restricted',
  },
]
