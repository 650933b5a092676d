import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Answer } from '../ask.ts'
import type { Scene } from './scene.ts'

/**
 * Asks while somebody changes what the answer depends on: the request reads what was there before, and
 * the change comes about once it waits for it, or has not waited. For what is looked at twice, where
 * only the second look is a wall.
 */
export async function meanwhile(
  { world }: Scene,
  change: string,
  values: unknown[],
  request: () => Promise<Answer>,
): Promise<Answer> {
  const client = new pg.Client(world.services.auth.database.adminDatabaseUrl)
  await client.connect()
  try {
    await client.query('begin')
    await client.query(change, values)
    let isAnswered = false
    const answer = request().finally(() => {
      isAnswered = true
    })
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    while (!isAnswered && (await world.sql('auth', waiting)).length === 0) await sleep(2)
    await client.query('commit')
    return await answer
  } finally {
    await client.end()
  }
}
