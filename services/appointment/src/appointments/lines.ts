import { Lines } from '@wardstone/service'

/** A booking takes some ten milliseconds; nobody waits at a desk for longer than this. */
const LIMITS = { waiting: 1000, patienceMs: 5000 }
const DETAIL = 'Too many book this doctor at once; try again'

/** Those who want the same doctor. */
export const linesOfDoctors = () => new Lines(LIMITS, DETAIL)
