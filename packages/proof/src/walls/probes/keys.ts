import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { type Answer, ask, jsonOf } from '../../ask.ts'
import { CITY } from '../../hospitals.ts'
import { PASSWORD } from '../../keyholder.ts'
import { addPerson } from '../../people.ts'
import type { Notes, Probe } from '../probe.ts'

const admin = {
  username: 'admin_new',
  email: 'admin@example.org',
  first_name: 'Ada',
  last_name: 'Obi',
}

/** An `Idempotency-Key` makes one change, and is its caller's alone. */
export const keys: Probe = {
  services: [],
  async look({ world, platform, as }, notes) {
    const other = await addPerson(world, null, 'platform_admin', { username: 'other_platform' })
    const asking = as.bind({ world })
    const create = (person: typeof platform, name: string) =>
      asking(person)('/api/hospitals', {
        method: 'POST',
        headers: { 'idempotency-key': 'key' },
        body: { name, admin },
      })
    const first = await create(platform, 'Once')
    notes.answer('the first', first, 201)
    const again = await create(platform, 'Once')
    notes.same('the answer again', again.text, first.text)
    notes.answer('another body', await create(platform, 'Twice'), 409, 'idempotency_conflict')
    const theirs = await create(other, `Other ${randomUUID()}`)
    notes.answer('another person’s key', theirs, 201)
    notes.hides('another person’s answer', theirs.text, codeOf(first))
    const rows = await world.sql<{ kept: boolean }>(
      'hospital',
      'select position($1 in answer) > 0 as kept from idempotent_answer',
      [Buffer.from(String(jsonOf(first).invitation_code))],
    )
    notes.same('the code, where answers are kept', rows, [{ kept: false }, { kept: false }])
    await strangers(world, notes)
  },
}

/** Nobody who registers has to do with whoever else uses their key. */
async function strangers(world: World, notes: Notes): Promise<void> {
  const hospital_id = CITY.id
  await world.sql('auth', 'update hospital set is_listed = true where hospital_id = $1', [
    hospital_id,
  ])
  for (const username of ['stranger_one', 'stranger_two']) {
    const names = { username, email: `${username}@example.org`, first_name: 'A', last_name: 'B' }
    const answer = await ask(`${world.url}/api/auth/register`, {
      method: 'POST',
      headers: { 'idempotency-key': 'key' },
      body: { ...names, password: PASSWORD, hospital_id },
    })
    notes.answer(`the registration of ${username}`, answer, 201)
  }
}

function codeOf(answer: Answer): RegExp {
  return new RegExp(String(jsonOf(answer).invitation_code))
}
