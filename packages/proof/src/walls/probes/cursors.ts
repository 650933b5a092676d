import { jsonOf } from '../../ask.ts'
import type { Probe } from '../probe.ts'
import { aNewcomer } from './patients.ts'

/** A cursor leads on in the list it was made for, of the hospital it was made for. */
export const cursors: Probe = {
  services: ['patient'],
  async look(scene, notes) {
    const [city, riverside] = [scene.as(scene.city.admin), scene.as(scene.riverside.admin)]
    for (const post of [city, riverside]) {
      for (let count = 0; count < 3; count += 1)
        await post('/api/patients', { method: 'POST', body: aNewcomer() })
    }
    const list = '/api/patients?limit=1'
    const search = '/api/patients/search?limit=1&q=okafor'
    for (const path of [list, search]) {
      const cursorOf = async (ask: typeof city) => jsonOf(await ask(path)).next_cursor
      const [own, theirs] = [await cursorOf(city), await cursorOf(riverside)]
      notes.answer(`${path} goes on`, await city(`${path}&cursor=${own}`), 200)
      const refused = async (what: string, url: string) =>
        notes.answer(`${path}: ${what}`, await city(url), 400, 'validation_failed')
      await refused('the cursor of another hospital', `${path}&cursor=${theirs}`)
      await refused('the cursor of another list', `${path === list ? search : list}&cursor=${own}`)
      await refused('the cursor of another filter', `${path}&is_active=false&cursor=${own}`)
      const made = Buffer.from(JSON.stringify(['2020-01-01T00:00:00Z', 'id'])).toString('base64url')
      await refused('a made-up cursor', `${path}&cursor=${made}`)
      const changed = own.startsWith('A') ? `B${own.slice(1)}` : `A${own.slice(1)}`
      await refused('a changed cursor', `${path}&cursor=${changed}`)
    }
  },
}
