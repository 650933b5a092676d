import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A line of a service's own log: somebody was answered. */
export interface LoggedAnswer {
  service: string
  request_id: string
  method: string
  /** The route's pattern, as `/api/patients/:id`. */
  route: string
  status: number
  hospital_id: string | null
}

/** What a service answered to people, by the log of its processes; what services ask each other is left out. */
export async function* answersIn(service: string, logFile: string): AsyncGenerator<LoggedAnswer> {
  if (!existsSync(logFile)) return
  for await (const line of createInterface({ input: createReadStream(logFile) })) {
    const answer = line.includes('"request completed"') ? parse(line) : undefined
    if (!answer?.user_id || !answer.route) continue
    const { request_id, method, route, status, hospital_id = null } = answer
    yield { service, request_id, method, route, status, hospital_id }
  }
}

/** Undefined for a line that a kill cut short. */
function parse(line: string): (LoggedAnswer & { user_id: string | null }) | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
