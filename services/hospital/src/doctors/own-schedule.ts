import { type Identity, isGranted } from '@wardstone/contracts'
import { scheduleForbidden } from '../errors.ts'
import type { Doctor } from './schemas.ts'

/**
 * Who enters doctors says when each works; other holders of `doctor.schedule.write`, when they themselves do.
 * @throws problem 403 when `doctor` is somebody else
 */
export function refuseOthersSchedule(
  { role, user_id }: Identity,
  doctor: Pick<Doctor, 'user_id'>,
): void {
  if (isGranted(role, 'doctor.write')) return
  if (user_id === null || doctor.user_id !== user_id) throw scheduleForbidden()
}
