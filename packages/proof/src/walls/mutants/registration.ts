import type { Mutant } from '../mutant.ts'

const patient = (name: string) => `services/patient/src/patients/${name}.ts`

/** What registrations and files of patients are held against, with row-level security off. */
export const registration: readonly Mutant[] = [
  {
    what: 'likely duplicates are looked for in every hospital',
    file: patient('duplicate-repository'),
    find: /\.where\('patient\.hospital_id', '=', this\.#tenant\.hospitalId\)/g,
    replace: '',
    probe: 'registration',
    alone: true,
  },
  {
    what: 'the rows of a file are held against every hospital',
    file: patient('many-duplicates'),
    find: /patient\.hospital_id = \$\{hospitalId\}\s+and /g,
    replace: '',
    probe: 'registration',
    alone: true,
  },
  {
    what: 'an old number is searched for in every hospital',
    file: patient('search-repository'),
    find: /\.where\('patient(_identifier)?\.hospital_id', '=', this\.#tenant\.hospitalId\)/g,
    replace: '',
    probe: 'registration',
    alone: true,
  },
  {
    what: 'a file holds the patients of every hospital',
    file: patient('repository'),
    find: ".where('patient.hospital_id', '=', this.#tenant.hospitalId)",
    replace: '',
    probe: 'registration',
    alone: true,
  },
  {
    what: 'the imports of every hospital are seen',
    file: 'services/patient/src/imports/repository.ts',
    find: /\s+\.where\('patient_import\.hospital_id', '=', this\.#tenant\.hospitalId\)/g,
    replace: '',
    probe: 'registration',
    alone: true,
  },
  {
    what: 'a cursor of the imports is not bound to its hospital',
    file: 'services/patient/src/imports/routes.ts',
    find: "[tenant.hospitalId, 'patients/imports']",
    replace: "['patients/imports']",
    probe: 'registration',
  },
  {
    what: 'a look at the imports is not recorded',
    file: 'services/patient/src/imports/routes.ts',
    find: 'await app.recordAudit(events.importsRead(request.identity))',
    replace: '',
    probe: 'records',
  },
]
