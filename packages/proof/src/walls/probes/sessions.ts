import { randomUUID } from 'node:crypto'
import { type Answer, ask, jsonOf } from '../../ask.ts'
import { CITY, CLOSED, RIVERSIDE } from '../../hospitals.ts'
import type { Notes, Probe } from '../probe.ts'
import type { Scene } from '../scene.ts'

const PASSWORD = 'wren-Kettle-42-olive'
const WRONG = 'not-the-Password-42'

/** Who is let in, how their tokens follow each other, and that what has ended stays ended. */
export const sessions: Probe = {
  services: [],
  async look(scene, notes) {
    const desk = new Desk(scene)
    const username = await desk.register()
    await letIn(scene, desk, notes, username)
    await follow(scene, desk, notes, username)
    await end(scene, desk, notes, username)
  },
}

/** Signing in and out as anybody does. */
class Desk {
  readonly #scene: Scene

  constructor(scene: Scene) {
    this.#scene = scene
  }

  post(path: string, body: object): Promise<Answer> {
    return ask(`${this.#scene.world.url}/api/auth${path}`, { method: 'POST', body })
  }

  login = (username: string, password = PASSWORD, more = {}) =>
    this.post('/login', { username, password, ...more })
  refresh = (refresh_token: string) => this.post('/refresh', { refresh_token })

  /** Somebody who has asked to be let into City. */
  async register(changes: object = {}): Promise<string> {
    const { world } = this.#scene
    await world.sql('auth', 'update hospital set is_listed = true')
    const username = `probe_${randomUUID().slice(0, 8)}`
    const names = { first_name: 'Amina', last_name: 'Okafor', hospital_id: CITY.id }
    const email = `${username}@example.org`
    const answer = await this.post('/register', {
      username,
      email,
      password: PASSWORD,
      ...names,
      ...changes,
    })
    if (answer.status !== 201) throw new Error(`nobody can register: ${answer.text}`)
    return username
  }

  /** Changes what is stored of a person, as time or an administrator would. */
  set(table: 'membership' | 'session' | 'refresh_token', change: string, username: string) {
    const of = {
      membership: 'account_id = (select id from account where username = $1)',
      session: 'account_id = (select id from account where username = $1)',
      refresh_token: `session_id in (select session.id from session
        join account on account.id = session.account_id where username = $1)`,
    }[table]
    return this.#scene.world.sql('auth', `update ${table} set ${change} where ${of}`, [username])
  }
}

async function letIn(_scene: Scene, desk: Desk, notes: Notes, username: string) {
  const refused = async (what: string, answer: Promise<Answer>, status: number, code: string) =>
    notes.answer(what, await answer, status, code)
  await refused('a pending one', desk.login(username), 403, 'account_pending')
  await desk.set('membership', `status = 'disabled'`, username)
  await refused('a disabled one', desk.login(username), 403, 'account_disabled')
  await desk.set('membership', `status = 'active'`, username)
  notes.answer('the right password', await desk.login(username), 200)
  await refused('a wrong password', desk.login(username, WRONG), 401, 'invalid_credentials')
  await refused('nobody', desk.login('nobody.at.all'), 401, 'invalid_credentials')
  for (const hospital of [RIVERSIDE, CLOSED]) {
    const chosen = desk.login(username, PASSWORD, { hospital_id: hospital.id })
    await refused(`a member of ${hospital.name}`, chosen, 401, 'invalid_credentials')
  }
  const asAdmin = { username: `${username}_2`, password: PASSWORD, role: 'admin' }
  await refused('a chosen role', desk.post('/register', asAdmin), 400, 'validation_failed')
}

async function follow(_scene: Scene, desk: Desk, notes: Notes, username: string) {
  const first = jsonOf(await desk.login(username)).refresh_token
  const second = jsonOf(await desk.refresh(first)).refresh_token
  const again = await desk.refresh(first)
  notes.answer('the same refresh token at once again', again, 200)
  notes.same('its successor', jsonOf(again).refresh_token, second)
  const third = jsonOf(await desk.refresh(second)).refresh_token
  notes.answer('a grandparent', await desk.refresh(first), 401)
  notes.answer('its whole family', await desk.refresh(third), 401)

  const late = jsonOf(await desk.login(username)).refresh_token
  const next = jsonOf(await desk.refresh(late)).refresh_token
  await desk.set('refresh_token', `used_at = used_at - interval '1 minute'`, username)
  notes.answer('a spent token after the grace', await desk.refresh(late), 401)
  notes.answer('its family after the grace', await desk.refresh(next), 401)
}

async function end(scene: Scene, desk: Desk, notes: Notes, username: string) {
  const signIn = async () => jsonOf(await desk.login(username))
  const signedIn = await signIn()
  const other = await signIn()
  const { url } = scene.world
  const as = (token: string, path: string, method = 'GET', body?: object) =>
    ask(`${url}/api/auth${path}`, { token, method, body })

  const stranger = scene.city.nurse.session_id
  const path = `/sessions/${stranger}`
  notes.answer('a colleague’s session', await as(signedIn.access_token, path, 'DELETE'), 404)
  const open = 'select from session where id = $1 and ended_at is null'
  notes.same('it is open', (await scene.world.sql('auth', open, [stranger])).length, 1)
  notes.answer('logout', await as(signedIn.access_token, '/logout', 'POST'), 204)
  notes.answer('refresh after logout', await desk.refresh(signedIn.refresh_token), 401)

  const newer = 'plum-Lantern-77-brook'
  const change = { current_password: WRONG, new_password: newer }
  const token = (await signIn()).access_token
  notes.answer('a wrong current password', await as(token, '/password', 'POST', change), 400)
  const right = { current_password: PASSWORD, new_password: newer }
  notes.answer('a new password', await as(token, '/password', 'POST', right), 204)
  notes.answer('refresh of another session', await desk.refresh(other.refresh_token), 401)
  notes.answer('the old password', await desk.login(username), 401)

  const last = jsonOf(await desk.login(username, newer))
  await desk.set('session', 'expires_at = now()', username)
  notes.answer('refresh of a session that is over', await desk.refresh(last.refresh_token), 401)
  const closing = jsonOf(await desk.login(username, newer))
  await desk.set('membership', `status = 'disabled'`, username)
  const disabled = await desk.refresh(closing.refresh_token)
  notes.answer('refresh of a disabled one', disabled, 403, 'account_disabled')
}
