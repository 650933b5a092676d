import type { Copy } from '../stage/inspection.ts'
import type { Shown } from '../work/history.ts'

/** Finds patients of which the appointment service has not heard the latest, though there is no news that waits. */
export function checkCopies(found: readonly Shown[], copies: readonly Copy[]): string[] {
  const byId = new Map(copies.map((copy) => [copy.id, copy]))
  return found.flatMap(({ type, id, mark, version, value }) => {
    if (type !== 'patient') return []
    const copy = byId.get(id)
    if (!copy) return [`${mark} is not known`]
    const isRight = copy.version === version && copy.is_active === value.endsWith(' active')
    return isRight ? [] : [`${mark} is known in version ${copy.version}, is in ${version}`]
  })
}
