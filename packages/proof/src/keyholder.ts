import { randomUUID } from 'node:crypto'
import type { World } from '@wardstone/cluster/testing'
import { jsonOf } from './ask.ts'
import type { Door } from './door.ts'
import { CITY, type Hospital, openHospital } from './hospitals.ts'
import type { Operation } from './operations.ts'

/** Somebody at City who can sign in, and did. */
export interface Keyholder {
  username: string
  password: string
  refresh_token: string
  /** What the auth service keeps of the password. */
  password_hash: string
}

/** A hospital where anybody may register. */
export const OPEN: Hospital = {
  id: '0190d1f0-0000-7000-8000-00000000093e',
  slug: 'open',
  name: 'Open Clinic',
}

/** What everybody's password is. */
export const PASSWORD = 'a password of the proof'

/** A registration at the open hospital, of somebody new each time. */
export function registration() {
  const username = `person_${randomUUID()}`
  const person = { first_name: 'Key', last_name: 'Holder', email: `${username}@example.org` }
  return { ...person, username, password: PASSWORD, hospital_id: OPEN.id }
}

/** Registers a person, approves them at City and signs them in. */
export async function addKeyholder(
  world: World,
  door: Door,
  operations: readonly Operation[],
): Promise<Keyholder> {
  const post = async (path: string, body: object, status: number) => {
    const operation = operations.find((each) => each.method === 'POST' && each.path === path)
    if (!operation) throw new Error(`There is no POST ${path}.`)
    const answer = await door.ask(operation, undefined, { url: path, body })
    if (answer.status !== status) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return jsonOf(answer)
  }
  await openHospital(world, OPEN)
  await world.sql('auth', 'update hospital set is_listed = true where hospital_id = $1', [OPEN.id])
  const { username, password, ...person } = registration()
  const { id } = await post('/api/auth/register', { username, password, ...person }, 201)
  await world.sql(
    'auth',
    `insert into membership (hospital_id, account_id, role, status) values ($1, $2, 'nurse', 'active')`,
    [CITY.id, id],
  )
  const { refresh_token } = await post('/api/auth/login', { username, password }, 200)
  const [account] = await world.sql<{ password_hash: string }>(
    'auth',
    'select password_hash from account where id = $1',
    [id],
  )
  return { username, password, refresh_token, password_hash: account?.password_hash ?? '' }
}
