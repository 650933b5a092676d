import { createLogger } from '@wardstone/service'
import { createSystemDatabase } from '@wardstone/tenancy'
import t from 'tap'
import type { Database } from '../src/database/schema.ts'
import { SystemRevocationRepository } from '../src/revocations/repository.ts'
import { SystemSessionRepository } from '../src/sessions/system-repository.ts'
import { build } from './helper.ts'

t.test('housekeeping removes what is long over, and nothing else', async (t) => {
  const { signedIn, sql, urls } = await build(t)
  const system = createSystemDatabase<Database>({
    url: urls.systemUrl,
    poolSize: 2,
    applicationName: 'test',
    logger: createLogger('test', 'silent'),
  })
  t.teardown(() => system.close())
  const [old, recent, open] = [await signedIn(), await signedIn(), await signedIn()]
  for (const { caller } of [old, recent]) await caller.post('/api/auth/logout')
  const expire = (id: unknown, days: number) =>
    sql('update session set expires_at = now() - make_interval(days => $2) where id = $1', [
      id,
      days,
    ])
  await expire(old.claims.session_id, 31)
  await expire(recent.claims.session_id, 29)
  await sql('update revocation set expires_at = now() where id = $1', [old.claims.session_id])

  await new SystemSessionRepository(system.db).removeOld()
  await new SystemRevocationRepository(system.db).removeExpired()
  const left = [recent, open].map(({ claims }) => claims.session_id).sort()
  const ids = async (text: string) => (await sql<{ id: string }>(text)).map(({ id }) => id).sort()
  t.same(await ids('select id from session'), left)
  t.same(await ids('select session_id as id from refresh_token'), left)
  t.same(await ids('select id from revocation'), [recent.claims.session_id])
})
