import type { Mutant } from '../mutant.ts'

const file = (name: string) => `services/hospital/src/${name}.ts`
const OF_THE_HOSPITAL = ".where('hospital_id', '=', this.#hospitalId)"

/** A predicate of a repository taken away, with row-level security off. */
const without = (what: string, name: string, find: string, replace = ''): Mutant => ({
  what,
  file: file(name),
  find,
  replace,
  probe: 'clinic',
  alone: true,
})

/** The departments, the doctors and the holidays of one hospital. */
export const clinic: readonly Mutant[] = [
  without(
    'departments are read without their hospital',
    'departments/repository',
    ".where('department.hospital_id', '=', this.#hospitalId)",
  ),
  without(
    'departments are changed without their hospital',
    'departments/repository',
    OF_THE_HOSPITAL,
  ),
  without(
    'doctors are read without their hospital',
    'doctors/repository',
    ".where('doctor.hospital_id', '=', this.#hospitalId)",
  ),
  without('doctors are changed without their hospital', 'doctors/repository', OF_THE_HOSPITAL),
  without(
    'doctors are counted by specialization without their hospital',
    'doctors/stats-repository',
    `${OF_THE_HOSPITAL}\n      .groupBy('specialization')`,
    ".groupBy('specialization')",
  ),
  without(
    'doctors are counted by department without their hospital',
    'doctors/stats-repository',
    ".where('doctor.hospital_id', '=', this.#hospitalId)",
  ),
  without(
    'doctors are counted by departments of any hospital',
    'doctors/stats-repository',
    ".on('department.hospital_id', '=', this.#hospitalId)",
  ),
  without(
    'other services are told of doctors without their hospital',
    'doctors/reference-repository',
    ".where('doctor.hospital_id', '=', hospitalId)",
  ),
  without(
    'other services are told of absences without their hospital',
    'doctors/reference-repository',
    ".where('doctor_absence.hospital_id', '=', hospitalId)",
  ),
  without(
    'absences are read without their hospital',
    'absences/repository',
    ".where('doctor_absence.hospital_id', '=', this.#hospitalId)",
  ),
  without('absences are removed without their hospital', 'absences/repository', OF_THE_HOSPITAL),
  without(
    'holidays are read without their hospital',
    'holidays/repository',
    ".where('holiday.hospital_id', '=', this.#hospitalId)\n    if",
    '\n    if',
  ),
  without(
    'other services are told of holidays without their hospital',
    'holidays/repository',
    ".where('holiday.hospital_id', '=', this.#hospitalId)\n          .where",
    '.where',
  ),
  without('holidays are removed without their hospital', 'holidays/repository', OF_THE_HOSPITAL),
  without(
    'a holiday changes the calendar of every hospital',
    'holidays/repository',
    ".where('id', '=', this.#hospitalId)\n          .returning",
    '.returning',
  ),
  ...[
    ['departments', 'departments/pages'],
    ['departments/search', 'departments/pages'],
    ['doctors', 'doctors/pages'],
    ['doctors/search', 'doctors/pages'],
    ['exceptions', 'absences/routes'],
    ['holidays', 'holidays/routes'],
  ].map(
    ([list, name = '']): Mutant => ({
      what: `a cursor of ${list} is not bound to its hospital`,
      file: file(name),
      find: `[tenant.hospitalId, '${list}',`,
      replace: `['${list}',`,
      probe: 'clinic',
    }),
  ),
  {
    what: 'doctors change the hours of others',
    file: file('doctors/own-schedule'),
    find: 'if (user_id === null || doctor.user_id !== user_id) throw',
    replace: 'if (user_id === null) throw',
    probe: 'clinic',
  },
  {
    what: 'the version of a doctor or a department is not looked at',
    file: file('records/rules'),
    find: 'expected !== undefined && expected !== version',
    replace: 'expected === 0',
    probe: 'clinic',
  },
  {
    what: 'denied changes of hours are not recorded',
    file: file('records/failures'),
    find: 'answer.statusCode < 500',
    replace: 'answer.statusCode < 403',
    probe: 'clinic',
  },
]
