import { askingOf, type Check, sentenceOf, Violation } from './check.ts'
import { cursorChecks } from './cursors.ts'
import { foreignIdChecks } from './foreign-ids.ts'
import { namedHospitalChecks } from './named-hospital.ts'
import { pastGatewayChecks } from './past-gateway.ts'
import { roleChecks } from './roles.ts'
import type { Scene } from './scene.ts'
import { tokenChecks } from './tokens.ts'

/** What a kind of caller came to. */
export interface Row {
  name: string
  checks: number
  requests: number
  violations: number
}

/** What the matrix came to: a row for each kind of caller. */
export interface MatrixResult {
  rows: Row[]
  /** A sentence each. */
  violations: string[]
}

interface MatrixOptions {
  /** Stops at the first violation. */
  failFast?: boolean
  /** Only every so many operations, from which one on. */
  share?: { every: number; from: number }
  progress?: (text: string) => void
}

const AT_ONCE = 8
const ANSWERS = 'each operation answers somebody'

/**
 * Every operation × every kind of caller, through the door of `scene`: the full matrix for the
 * gateway's, for a service's what the gateway has no part in.
 */
export async function matrixViolations(
  scene: Scene,
  { failFast = false, share, progress = () => undefined }: MatrixOptions = {},
): Promise<MatrixResult> {
  const alive = new Set<string>()
  const rows = new Map<string, Row>()
  const violations: string[] = []
  const add = (check: Check, requests: number, reason: string | undefined) => {
    const row = rows.get(check.row) ?? { name: check.row, checks: 0, requests: 0, violations: 0 }
    row.checks += 1
    row.requests += requests
    if (reason !== undefined) {
      row.violations += 1
      violations.push(sentenceOf(check, reason))
    }
    rows.set(check.row, row)
  }
  const operations = new Set(shareOf(scene.operations, share))
  const all = checksOf(scene, alive).filter(({ operation }) => operations.has(operation))
  progress(`${all.length} checks of ${operations.size} operations`)
  const queue = all.values()
  const work = async () => {
    for (const check of queue) {
      if (failFast && violations.length > 0) return
      const { requests, reason } = await examined(scene, check)
      add(check, requests, reason)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (!failFast || violations.length === 0) {
    for (const operation of operations) {
      const reason = alive.has(operation.name) ? undefined : NEVER_SUCCEEDS
      add({ row: ANSWERS, operation, run: async () => undefined }, 0, reason)
    }
  }
  return { rows: [...rows.values()], violations }
}

const NEVER_SUCCEEDS =
  'it answers nobody with success, so that refusals prove nothing. Is its body in packages/proof/src/bodies.ts, its record in resources.ts?'

function shareOf<T>(all: readonly T[], share: MatrixOptions['share']): readonly T[] {
  if (!share) return all
  return all.filter((_, index) => index % share.every === share.from % share.every)
}

function checksOf(scene: Scene, alive: Set<string>): Check[] {
  return [
    ...roleChecks(scene, alive),
    ...(scene.door.isPublic ? [...tokenChecks(scene), ...pastGatewayChecks(scene)] : []),
    ...foreignIdChecks(scene),
    ...namedHospitalChecks(scene),
    ...cursorChecks(scene),
  ]
}

async function examined(scene: Scene, check: Check) {
  let requests = 0
  const ask = askingOf(scene, check)
  try {
    const reason = await check.run((caller, sent) => {
      requests += 1
      return ask(caller, sent)
    })
    return { requests, reason }
  } catch (error) {
    const { message, stack } = error as Error
    return { requests, reason: error instanceof Violation ? message : (stack ?? message) }
  }
}
