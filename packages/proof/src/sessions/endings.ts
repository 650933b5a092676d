import { jsonOf } from '../ask.ts'
import { PASSWORD } from '../keyholder.ts'
import type { Person } from '../people.ts'
import type { Session, Stage } from './stage.ts'

/** Something that ends access tokens before they expire. */
export interface Ending {
  what: string
  /** Signs somebody in and answers how to end that. */
  begin: (stage: Stage) => Promise<Begun>
}

/** Somebody who is signed in, until `end`. */
export interface Begun {
  session: Session
  end: () => Promise<unknown>
  /** What is wrong, once the tokens are dead, with what else the ending should have brought. */
  after: () => Promise<string | undefined>
}

/** All that ends tokens. */
export const ENDINGS: readonly Ending[] = [
  {
    what: 'logout',
    begin: async (stage) => {
      const session = await stage.signIn(await stage.addMember('nurse'))
      const end = () => stage.did(post(session, {}), '/api/auth/logout')
      return { session, end, after: () => notRefreshed(stage, session) }
    },
  },
  {
    what: 'a session ended from another device',
    begin: async (stage) => {
      const { session, other } = await twoSessions(stage)
      const path = `/api/auth/sessions/${sidOf(session)}`
      const end = () => stage.did({ method: 'DELETE', token: other.access_token }, path)
      return { session, end, after: () => notRefreshed(stage, session) }
    },
  },
  {
    what: 'a new password',
    begin: async (stage) => {
      const { session, other } = await twoSessions(stage)
      const body = { current_password: PASSWORD, new_password: `${PASSWORD}, changed` }
      const end = () => stage.did(post(other, body), '/api/auth/password')
      return { session, end, after: () => notRefreshed(stage, session) }
    },
  },
  {
    what: 'disabling',
    begin: async (stage) => {
      const person = await stage.addMember('nurse')
      const session = await stage.signIn(person)
      const end = () => changeMember(stage, person, { status: 'disabled' })
      return { session, end, after: () => notRefreshed(stage, session) }
    },
  },
  {
    what: 'another role',
    begin: async (stage) => {
      const person = await stage.addMember('nurse')
      const session = await stage.signIn(person)
      const end = () => changeMember(stage, person, { role: 'staff' })
      return { session, end, after: () => isStaff(stage, session) }
    },
  },
  {
    what: 'suspension of the hospital',
    begin: async (stage) => {
      const hospital = await stage.addHospital()
      const session = await stage.signIn(await stage.addMember('nurse', hospital))
      const token = stage.platformsToken
      const body = { is_active: false }
      const path = `/api/hospitals/${hospital.id}`
      const end = () => stage.did({ method: 'PATCH', token, body }, path)
      return { session, end, after: () => notRefreshed(stage, session) }
    },
  },
]

function post({ access_token: token }: Session, body: object) {
  return { method: 'POST', token, body }
}

async function twoSessions(stage: Stage) {
  const person = await stage.addMember('nurse')
  return { session: await stage.signIn(person), other: await stage.signIn(person) }
}

function sidOf({ access_token }: Session): string {
  return JSON.parse(Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString()).sid
}

async function changeMember(stage: Stage, { account_id }: Person, body: object) {
  const token = await stage.administratorsToken()
  return stage.did({ method: 'PATCH', token, body }, `/api/users/${account_id}`)
}

/** A new access token, if the refresh token still gives one; it may not open anything. */
async function notRefreshed(stage: Stage, { refresh_token }: Session) {
  const answer = await stage.ask({ method: 'POST', body: { refresh_token } }, '/api/auth/refresh')
  if (answer.status !== 200) return undefined
  const { access_token: token } = jsonOf(answer)
  for (const url of stage.world.gateways) {
    const { status } = await stage.ask({ token }, '/api/auth/profile', url)
    if (status !== 401) return `a refreshed token is answered with ${status}`
  }
  return undefined
}

/** Refreshing gives the new role, which can do less. */
async function isStaff(stage: Stage, { refresh_token }: Session) {
  const answer = await stage.ask({ method: 'POST', body: { refresh_token } }, '/api/auth/refresh')
  if (answer.status !== 200) return `refreshing is answered with ${answer.status} ${answer.text}`
  const { access_token: token, user } = jsonOf(answer)
  if (user.role !== 'staff') return `refreshing makes a ${user.role} of a member of staff`
  for (const url of stage.world.gateways) {
    const read = await stage.ask({ token }, '/api/patients', url)
    const write = await stage.ask({ method: 'POST', token, body: {} }, '/api/patients', url)
    if (read.status !== 200 || write.status !== 403)
      return `the new role reads with ${read.status} and writes with ${write.status}`
  }
  return undefined
}
