/** Milliseconds since the run began. */
export type Clock = () => number

/** What is asked for. */
export type Operation =
  | 'sign in'
  | 'sign out'
  | 'create patient'
  | 'read patient'
  | 'update patient'
  | 'deactivate patient'
  | 'reactivate patient'
  | 'list patients'
  | 'search patients'
  | 'count patients'
  | 'book appointment'
  | 'read appointment'
  | 'move appointment'
  | 'cancel appointment'
  | 'list appointments'
  | 'open department'
  | 'update department'
  | 'read department'
  | 'read unknown patient'
  | 'read audit without permission'
  | 'name another hospital'

/** A record as an answer shows it. */
export interface Shown {
  type: 'patient' | 'appointment' | 'department'
  id: string
  version: number
  /** What its creator wrote into it to know it by; nobody changes it. */
  mark: string
  /** Everything of it that is changed, as one text. */
  value: string
}

/** One request and what became of it. */
export interface Call {
  operation: Operation
  hospital_id: string
  /** By the clock of the run. */
  from: number
  until: number
  /** Undefined when no answer came. */
  status?: number
  /** Of the problem. */
  code?: string
  request_id?: string
  /** The answer had been given before. */
  isReplay?: boolean
  /** The record that a 2xx shows. */
  shown?: Shown
  /** Words that only another hospital's answer can hold. */
  foreign: readonly string[]
}

/** Which operations change a record, if they are answered 2xx. */
export const WRITES: ReadonlySet<Operation> = new Set([
  'create patient',
  'update patient',
  'deactivate patient',
  'reactivate patient',
  'book appointment',
  'move appointment',
  'cancel appointment',
  'open department',
  'update department',
])

/** True when the answer says that what was asked for was done. */
export function isDone({ status }: Call): boolean {
  return status !== undefined && status >= 200 && status < 300
}

/** True when nobody can know whether what was asked for was done. */
export function isUnsure({ status }: Call): boolean {
  return status === undefined || status >= 500
}
