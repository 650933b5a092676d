import { readdirSync, readFileSync } from 'node:fs'

/** Processor time of a process since it began, and what it is. */
interface Used {
  name: string
  milliseconds: number
}

const TICK_MS = 10

/** Processor time by process since `start` was called: where the machine's time went. Linux only; elsewhere it is empty. */
export class Cost {
  readonly #before = used()

  /** Milliseconds of processor time by the name of the program, the most expensive first. */
  taken(): Record<string, number> {
    const taken = new Map<string, number>()
    for (const [pid, { name, milliseconds }] of used()) {
      const spent = milliseconds - (this.#before.get(pid)?.milliseconds ?? 0)
      if (spent > 0) taken.set(name, (taken.get(name) ?? 0) + spent)
    }
    return Object.fromEntries([...taken].sort(([, one], [, other]) => other - one))
  }
}

function used(): Map<string, Used> {
  const all = new Map<string, Used>()
  for (const pid of pids()) {
    try {
      const name = nameOf(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '))
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      if (name)
        all.set(pid, { name, milliseconds: (Number(fields[11]) + Number(fields[12])) * TICK_MS })
    } catch {
      // It ended between the two looks.
    }
  }
  return all
}

function pids(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** Only what takes part: our programs, PostgreSQL's processes by their database, nats-server. */
function nameOf(command: string): string | undefined {
  const program = /(?:services\/)?([\w-]+)\/src\/(?:baselines\/)?(main|hello|proxy|page)\.ts/.exec(
    command,
  )
  if (program) return program[2] === 'main' ? program[1] : program[2]
  if (/nats-server/.test(command)) return 'nats-server'
  const backend = /^postgres: (\w+) /.exec(command)?.[1]
  return backend && `postgres (${backend})`
}
