/** How many of one key may be under way, and how many may wait behind them. */
export interface TurnLimits {
  active: number
  waiting: number
}

interface Line {
  active: number
  waiting: Turn[]
}

/** A place in line: `start` is called when its time has come, perhaps at once. */
interface Turn {
  key: string
  start: () => void
}

/**
 * Keeps any one key from using all there is: what is beyond its share waits for its own requests to
 * end, not for those of others.
 */
export class Turns {
  readonly #limits: TurnLimits
  readonly #lines = new Map<string, Line>()

  constructor(limits: TurnLimits) {
    this.#limits = limits
  }

  /** @returns how to give the turn back, or undefined when the line is full */
  take(key: string, start: () => void): (() => void) | undefined {
    const line = this.#lines.get(key) ?? this.#newLine(key)
    const turn = { key, start }
    if (line.active < this.#limits.active) {
      line.active += 1
      start()
    } else if (line.waiting.length < this.#limits.waiting) {
      line.waiting.push(turn)
    } else {
      return undefined
    }
    return () => this.#end(line, turn)
  }

  #newLine(key: string): Line {
    const line = { active: 0, waiting: [] }
    this.#lines.set(key, line)
    return line
  }

  #end(line: Line, turn: Turn): void {
    const place = line.waiting.indexOf(turn)
    if (place !== -1) {
      line.waiting.splice(place, 1)
      return
    }
    const next = line.waiting.shift()
    if (next) {
      next.start()
      return
    }
    line.active -= 1
    if (line.active === 0) this.#lines.delete(turn.key)
  }
}
