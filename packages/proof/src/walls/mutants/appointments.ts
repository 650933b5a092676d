import type { Mutant } from '../mutant.ts'

const appointments = (name: string) => `services/appointment/src/appointments/${name}.ts`

/** The predicates of the appointments' repositories, with row-level security off. */
export const appointmentRepositories: readonly Mutant[] = (
  [
    {
      what: 'appointments are read and locked without their hospital',
      file: appointments('repository'),
      find: ".where('appointment.hospital_id', '=', this.#tenant.hospitalId)",
      replace: '',
    },
    {
      what: 'appointments are changed without their hospital',
      file: appointments('repository'),
      find: ".where('hospital_id', '=', this.#tenant.hospitalId)\n          .where('id', '=', id)\n          .returning",
      replace: ".where('id', '=', id)\n          .returning",
    },
    {
      what: 'the history of an appointment is read without its hospital',
      file: appointments('repository'),
      find: ".where('hospital_id', '=', this.#tenant.hospitalId)\n      .where('appointment_id', '=', id)",
      replace: ".where('appointment_id', '=', id)",
    },
    {
      what: 'appointments are listed and searched without their hospital',
      file: appointments('list-repository'),
      find: ".where('appointment.hospital_id', '=', this.#hospitalId)",
      replace: '',
    },
    {
      what: 'an appointment is shown with the names of another hospital’s patient',
      file: appointments('columns'),
      find: ".onRef('known_patient.id', '=', 'appointment.patient_id')\n        .on('known_patient.hospital_id', '=', hospitalId)",
      replace: ".onRef('known_patient.id', '=', 'appointment.patient_id')",
    },
    {
      what: 'an appointment is shown with the names of another hospital’s doctor',
      file: appointments('columns'),
      find: ".onRef('known_doctor.id', '=', 'appointment.doctor_id')\n        .on('known_doctor.hospital_id', '=', hospitalId)",
      replace: ".onRef('known_doctor.id', '=', 'appointment.doctor_id')",
    },
    {
      what: 'names are searched for in every hospital',
      file: appointments('list-repository'),
      find: ".selectFrom('known_name').where('hospital_id', '=', this.#hospitalId)",
      replace: ".selectFrom('known_name')",
    },
    {
      what: 'record numbers are searched for in every hospital',
      file: appointments('list-repository'),
      find: ".selectFrom('known_patient')\n        .where('hospital_id', '=', this.#hospitalId)",
      replace: ".selectFrom('known_patient')",
    },
    {
      what: 'appointments are counted without their hospital',
      file: appointments('stats-repository'),
      find: ".where('hospital_id', '=', hospitalId)",
      replace: '',
    },
    {
      what: 'a series is changed in every hospital',
      file: 'services/appointment/src/series/repository.ts',
      find: ".where('appointment.hospital_id', '=', hospitalId)",
      replace: '',
    },
  ] as const
).map((mutant) => ({ ...mutant, probe: 'appointments', alone: true }))
