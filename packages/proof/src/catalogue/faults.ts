import type { ServiceName } from '@wardstone/contracts'
import pg from 'pg'
import type { Table } from './tables.ts'

/** Something that somebody may get wrong in a database one day. */
export interface Fault {
  what: string
  sql: string
  /** The rule of the catalogue that must tell… */
  rule: RegExp
  /** …and what it must name. */
  subject: string
}

/** Everything that can go wrong with one table. */
export function faultsOf(table: Table): Fault[] {
  return [
    ...wallFaults(table),
    ...(table.sight === 'own' ? policyFaults(table) : []),
    ...grantFaults(table),
    ...peepholes(table),
    ...(table.isPlain ? keyFaults(table) : []),
  ]
}

const OPEN = '(select true)'

function wallFaults({ name, isPlain }: Table): Fault[] {
  const at = pg.escapeIdentifier(name)
  const rule = isPlain ? /enabled and forced/ : /exception must have/
  const fault = (what: string, sql: string) => ({
    what: `${name}: ${what}`,
    sql,
    rule,
    subject: name,
  })
  return [
    fault('no row-level security', `alter table ${at} disable row level security`),
    fault('row-level security not forced', `alter table ${at} no force row level security`),
  ]
}

function policyFaults({ service, name }: Table): Fault[] {
  const at = pg.escapeIdentifier(name)
  const fault = (what: string, policy: string, rule: RegExp) => ({
    what: `${name}: ${what}`,
    sql: `create policy planted on ${at} ${policy}`,
    rule,
    subject: name,
  })
  const only = /no policy but the tenant one/
  return [
    fault('an open policy', `to ${service}_app using (${OPEN}) with check (${OPEN})`, only),
    fault('a policy for everybody', `for select using (${OPEN})`, only),
    fault('rows written anywhere', `for insert to ${service}_app with check (${OPEN})`, only),
    fault('no WITH CHECK', `for update to ${service}_system using (${OPEN})`, /WITH CHECK/),
    fault(
      'a policy per row',
      `for select to ${service}_system using (current_setting('app.hospital_id') = '')`,
      /wrapped in a select/,
    ),
  ]
}

function grantFaults({ service, name, sight, tenant, columns }: Table): Fault[] {
  const at = pg.escapeIdentifier(name)
  const fault = (what: string, sql: string, rule: RegExp) => ({
    what: `${name}: ${what}`,
    sql,
    rule,
    subject: name,
  })
  const [column] = columns
  const beyond =
    sight === 'none'
      ? [
          fault(
            'a column granted that is nobody’s',
            `grant select (${column?.name}) on ${at} to ${service}_app`,
            /no rights on a table without a hospital/,
          ),
        ]
      : tenant === undefined
        ? [
            fault(
              'all columns granted',
              `grant select on ${at} to ${service}_app`,
              /named columns/,
            ),
            fault('deleting granted', `grant delete on ${at} to ${service}_app`, /changes nothing/),
          ]
        : []
  return [
    fault('owned by the app role', `alter table ${at} owner to ${service}_app`, /app role owns/),
    fault('TRUNCATE', `grant truncate on ${at} to ${service}_app`, /no app role has TRUNCATE/),
    fault('REFERENCES', `grant references on ${at} to ${service}_app`, /no app role has TRUNCATE/),
    fault('TRIGGER for the relay', `grant trigger on ${at} to ${service}_relay`, /MAINTAIN/),
    fault('a grant to everybody', `grant select on ${at} to public`, /no rights for everybody/),
    ...beyond,
  ]
}

function peepholes({ name }: Table): Fault[] {
  const at = pg.escapeIdentifier(name)
  const fault = (what: string, sql: string, rule: RegExp) => ({
    what: `${name}: ${what}`,
    sql,
    rule,
    subject: 'planted',
  })
  const definer = 'language sql security definer set search_path = pg_catalog'
  return [
    fault('a view of its owner', `create view planted as select * from ${at}`, /security_invoker/),
    fault(
      'a materialized view',
      `create materialized view planted as select * from ${at}`,
      /materialized/,
    ),
    fault(
      'a SECURITY DEFINER function',
      `create function planted() returns bigint ${definer} as $$ select count(*) from public.${at} $$`,
      /SECURITY DEFINER/,
    ),
  ]
}

function keyFaults({ name, columns }: Table): Fault[] {
  const at = pg.escapeIdentifier(name)
  const fault = (what: string, sql: string, rule: RegExp) => ({
    what: `${name}: ${what}`,
    sql,
    rule,
    subject: name,
  })
  const other = columns.find((column) => column.name !== 'hospital_id')?.name
  const keyless = `alter table ${at} drop constraint ${name}_pkey cascade`
  return [
    fault('no hospital', `alter table ${at} drop hospital_id cascade`, /must have hospital_id/),
    fault(
      'a hospital that may be missing',
      `${keyless}; alter table ${at} alter hospital_id drop not null`,
      /uuid and not null/,
    ),
    fault('rows that move', `drop trigger keep_hospital on ${at}`, /kept by a trigger/),
    fault(
      'rows that move, the trigger asleep',
      `alter table ${at} disable trigger keep_hospital`,
      /kept by a trigger/,
    ),
    fault('a key of all hospitals', `alter table ${at} add unique (${other})`, /primary key or/),
    fault('an index of all hospitals', `create unique index on ${at} (${other})`, /unique index/),
    fault(
      'a reference across hospitals',
      `alter table ${at} add unique (${other}), add foreign key (${other}) references ${at} (${other})`,
      /foreign key must/,
    ),
  ]
}

/** Everything that can go wrong with the roles of a service. */
export function roleFaults(service: ServiceName): Fault[] {
  return ['app', 'relay', 'system'].flatMap((kind) => {
    const role = `${service}_${kind}`
    const fault = (what: string, sql: string, rule: RegExp) => ({
      what: `${role}: ${what}`,
      sql,
      rule,
      subject: role,
    })
    const special = ['superuser', 'bypassrls', 'createrole', 'createdb', 'replication']
    return [
      ...special.map((right) => fault(right, `alter role ${role} ${right}`, /no special rights/)),
      fault('inside the owner', `grant ${service}_owner to ${role}`, /in no other role/),
      fault(
        'owner of a function',
        `create function planted() returns int language sql as 'select 1'; alter function planted() owner to ${role}`,
        /own nothing/,
      ),
      fault('CREATE', `grant create on schema public to ${role}`, /create nothing/),
    ]
  })
}
