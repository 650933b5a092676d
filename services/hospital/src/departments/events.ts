import type { AuditEvent, Identity } from '@wardstone/contracts'
import { auditEvent } from '@wardstone/service'

/** What is told of a change: to the audit. */
export type DepartmentChanged = (
  identity: Identity,
  id: string,
  changedFields?: string[],
) => AuditEvent[]

const onDepartment =
  (
    action:
      | 'department.created'
      | 'department.updated'
      | 'department.deactivated'
      | 'department.reactivated',
  ): DepartmentChanged =>
  (identity, id, changed_fields) => [
    auditEvent('hospital', identity, {
      action,
      outcome: 'success',
      entity: { type: 'department', id },
      ...(changed_fields && { changed_fields }),
    }),
  ]

export const departmentCreated = onDepartment('department.created')
export const departmentUpdated = onDepartment('department.updated')
export const departmentDeactivated = onDepartment('department.deactivated')
export const departmentReactivated = onDepartment('department.reactivated')
