import type { Permission } from '@wardstone/contracts'
import { ProblemError } from '@wardstone/service'
import type { FastifyRequest } from 'fastify'
import { duplicateRows } from '../errors.ts'
import * as events from './events.ts'
import { forbidden } from './field-permissions.ts'
import type { RowDuplicates } from './import-schemas.ts'

/** Rows may be registered already: thrown to undo what was begun. */
export class DuplicateRows extends Error {
  override readonly name = 'DuplicateRows'
  readonly code = 'possible_duplicate'
  readonly duplicates: RowDuplicates[]

  constructor(duplicates: RowDuplicates[]) {
    super('Rows may be registered already.')
    this.duplicates = duplicates
  }
}

/** A file is no way around the permissions of fields: thrown, to be on record after what was begun is undone. */
export class ForbiddenRows extends Error {
  override readonly name = 'ForbiddenRows'
  readonly code = 'forbidden'
  readonly permission: Permission

  constructor(permission: Permission) {
    super('Rows have fields that need a permission of their own.')
    this.permission = permission
  }
}

/** Why an import failed, in the word that its caller is answered. */
export function reasonOf(error: unknown): string {
  const isKnown = [ProblemError, DuplicateRows, ForbiddenRows].some((kind) => error instanceof kind)
  return isKnown ? (error as { code: string }).code : 'internal'
}

/** What is answered when an import did not come about; on record, if it is not yet. */
export async function problemOf(request: FastifyRequest, error: unknown): Promise<unknown> {
  if (error instanceof ForbiddenRows) return forbidden(request, error.permission)
  if (!(error instanceof DuplicateRows)) return error
  await recordUnstored(request, 'possible_duplicate', shownIn(error.duplicates))
  return duplicateRows(error.duplicates)
}

/** The patients whom rows may be. */
export function shownIn(duplicates: RowDuplicates[]): string[] {
  return [...new Set(duplicates.flatMap(({ candidates }) => candidates.map(({ id }) => id)))]
}

/** Puts an import that stored nothing on record. */
export async function recordUnstored(
  { identity, server }: FastifyRequest,
  reason: string,
  shown: string[],
): Promise<void> {
  for (const event of events.importShown(identity, { outcome: 'failure', reason }, shown))
    await server.recordAudit(event)
}
