import { randomUUID } from 'node:crypto'
import { type Answer, jsonOf } from '../../ask.ts'
import { addPerson } from '../../people.ts'
import type { Probe } from '../probe.ts'

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
  },
}

function codeOf(answer: Answer): RegExp {
  return new RegExp(String(jsonOf(answer).invitation_code))
}
