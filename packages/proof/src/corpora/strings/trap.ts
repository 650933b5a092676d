import type { World } from '@wardstone/cluster/testing'
import type { ServiceName } from '@wardstone/contracts'

/**
 * Sets the trap in every database: a function that anybody may call. It counts in a sequence, which a
 * rollback does not take back, so that a statement that failed in the end is caught too.
 */
export async function setTrap(world: World): Promise<void> {
  for (const service of servicesOf(world)) {
    await world.sql(
      service,
      `create sequence smuggled_calls;
      create function smuggled() returns bigint language sql security definer
        set search_path = public as $$ select nextval('smuggled_calls') $$;
      grant usage on schema public to public;
      grant execute on function smuggled() to public`,
    )
  }
}

/** The services in whose databases the trap was called. */
export async function sprung(world: World): Promise<ServiceName[]> {
  const services = servicesOf(world)
  const called = await Promise.all(services.map((service) => isCalled(world, service)))
  return services.filter((_, index) => called[index])
}

/** How many of `texts` call the trap in a program that pastes them into its SQL; it is as new afterwards. */
export async function caught(world: World, texts: readonly string[]): Promise<number> {
  let count = 0
  for (const text of texts) {
    for (const sql of pasted(text)) await world.sql('patient', sql).catch(() => undefined)
    if (!(await isCalled(world, 'patient'))) continue
    count += 1
    await world.sql('patient', 'alter sequence smuggled_calls restart')
  }
  return count
}

function pasted(text: string): string[] {
  return [
    `select 1 where 'x' = '${text}'`,
    `select 1 where 1 = ${text}`,
    `select 1 as "${text}"`,
    `select 1 order by 1${text}`,
  ]
}

async function isCalled(world: World, service: ServiceName): Promise<boolean> {
  const [row] = await world.sql<{ is_called: boolean }>(
    service,
    'select is_called from smuggled_calls',
  )
  return row?.is_called ?? false
}

function servicesOf(world: World): ServiceName[] {
  return Object.keys(world.services) as ServiceName[]
}
