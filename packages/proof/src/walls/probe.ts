import type { ServiceName } from '@wardstone/contracts'
import { type Answer, jsonOf } from '../ask.ts'
import type { Scene } from './scene.ts'

/** What must hold about a part of the walls. Quick, because every mutant is looked at through one. */
export interface Probe {
  /** What it asks, beside auth and hospital. */
  services: readonly ServiceName[]
  /** The world has a nats-server; else what it tells stays where it was said. */
  onNats?: true
  /** Called before the gateway first looks at what is revoked. */
  prepare?: (scene: Scene) => Promise<void>
  /** Tries what must not be possible, and what must. */
  look: (scene: Scene, notes: Notes) => Promise<void>
}

/** What a probe saw that should not be: a sentence each. */
export class Notes {
  readonly violations: string[] = []

  /** Holds an answer against its status, and its problem's code if one is given. */
  answer(what: string, answer: Answer, status: number, code?: string): void {
    if (answer.status !== status) this.violations.push(`${what}: ${answer.status} for ${status}`)
    else if (code !== undefined && jsonOf(answer).code !== code)
      this.violations.push(`${what}: ${jsonOf(answer).code} for ${code}`)
  }

  /** Holds a value against what it should be. */
  same(what: string, found: unknown, wanted: unknown): void {
    const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)]
    if (one !== other)
      this.violations.push(`${what}: ${one?.slice(0, 200)} for ${other?.slice(0, 200)}`)
  }

  /** Holds a text against what must not be in it. */
  hides(what: string, text: string, secret: RegExp): void {
    const found = secret.exec(text)
    if (found) this.violations.push(`${what}: shows ${found[0]}`)
  }
}
