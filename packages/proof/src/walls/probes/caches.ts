import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jsonOf } from '../../ask.ts'
import type { Hospital } from '../../hospitals.ts'
import type { Person } from '../../people.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const PATIENCE_MS = 10_000

/** What a process keeps of one hospital is shown to nobody of another. */
export const caches: Probe = {
  services: [],
  onNats: true,
  async look(scene, notes) {
    const { city, riverside } = scene
    const admins = [city.admin, riverside.admin, city.admin]
    for (const admin of admins) await untilKept(scene, notes, admin)
    for (const admin of admins) {
      const { id, name } = hospitalOf(admin)
      const seen = await profile(scene, admin)
      notes.same(`the profile of ${name}`, [seen.id, seen.name], [id, name])
    }
  },
}

/** Waits until a change that nobody is told of is not seen. */
async function untilKept(scene: Scene, notes: Notes, admin: Person): Promise<void> {
  const { id, name } = hospitalOf(admin)
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(10)) {
    await profile(scene, admin)
    const address = randomUUID()
    await scene.world.sql('hospital', 'update hospital set address = $1 where id = $2', [
      address,
      id,
    ])
    if ((await profile(scene, admin)).address !== address) return
  }
  notes.violations.push(`the profile of ${name} is not kept`)
}

async function profile(scene: Scene, admin: Person) {
  return jsonOf(await scene.as(admin)(`/api/hospitals/${hospitalOf(admin).id}`))
}

function hospitalOf({ hospital }: Person): Hospital {
  if (!hospital) throw new Error('The platform is no hospital.')
  return hospital
}
