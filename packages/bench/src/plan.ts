/** How much is measured, and for how long. */
export interface Plan {
  hospitals: number
  /** In each hospital. */
  patients: number
  /** Seconds of load before anything is measured: a fresh process runs several times slower. */
  warmUp: number
  /** Seconds of each measurement. */
  seconds: number
  /** How often each side of a comparison has its turn. */
  rounds: number
  /** Seconds under 256 connections, in which no answer should be a 5xx. */
  endurance: number
  env: NodeJS.ProcessEnv
}

const FULL = { hospitals: 20, patients: 5000, warmUp: 20, seconds: 5, rounds: 3, endurance: 60 }
const QUICK = { hospitals: 10, patients: 500, warmUp: 2, seconds: 1, rounds: 1, endurance: 5 }

/** The plan of a whole run, or of one that takes less than two minutes and tells less. */
export function planOf(quick: boolean, env: NodeJS.ProcessEnv): Plan {
  return { ...(quick ? QUICK : FULL), env }
}
