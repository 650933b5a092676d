import { testDatabase } from '@wardstone/cluster/testing'
import pg from 'pg'
import t from 'tap'
import { catalogueFindings } from '../src/testing/catalogue.ts'
import { MIGRATIONS } from './helper.ts'

const ROWS = '(hospital_id uuid not null, id uuid not null)'
const isolated = (table: string) =>
  `alter table ${table} enable row level security; alter table ${table} force row level security;
   create trigger keep_hospital before update of hospital_id on ${table} for each row execute function keep_hospital()`

/** How the table `nurse` is seen: through the beds of one's hospital, without its secret. */
const NURSE = { through: 'bed', key: 'ward_id', columns: ['id', 'name'] }
const SEEN_THROUGH = 'exists (select from bed where bed.ward_id = nurse.id)'

/** What somebody may get wrong one day, and the rule that tells. */
const FAULTS: [fault: string, sql: string, rule: RegExp][] = [
  ['a table without row-level security', `create table chart ${ROWS}`, /enabled and forced/],
  [
    'row-level security that is not forced',
    'alter table ward no force row level security',
    /enabled and forced/,
  ],
  [
    'row-level security switched off',
    'alter table ward disable row level security',
    /enabled and forced/,
  ],
  [
    'a primary key without hospital_id',
    'alter table ward drop constraint ward_pkey cascade; alter table ward add primary key (id)',
    /primary key or unique/,
  ],
  [
    'a unique constraint without hospital_id',
    'alter table ward add unique (name)',
    /primary key or unique/,
  ],
  [
    'an exclusion constraint across hospitals',
    'alter table ward add exclude using btree (name with =)',
    /exclusion constraint/,
  ],
  [
    'a unique index without hospital_id',
    'create unique index on ward (lower(name))',
    /unique index/,
  ],
  [
    'a foreign key without hospital_id',
    'alter table ward add unique (id); alter table bed add foreign key (ward_id) references ward (id)',
    /foreign key must hold/,
  ],
  [
    'a foreign key that crosses hospital_id',
    'alter table bed add foreign key (ward_id, hospital_id) references ward (hospital_id, id)',
    /must pair/,
  ],
  ['a view of its owner', 'create view wards as select * from ward', /security_invoker/],
  ['a materialized view', 'create materialized view wards as select * from ward', /materialized/],
  ['BYPASSRLS for the app role', 'alter role ward_app bypassrls', /app role has special rights/],
  [
    'BYPASSRLS for the relay',
    'alter role ward_relay bypassrls',
    /roles of a service have no special/,
  ],
  [
    'SUPERUSER for the system role',
    'alter role ward_system superuser',
    /roles of a service have no special/,
  ],
  ['a table of the app role', 'alter table ward owner to ward_app', /app role owns a table/],
  [
    'a function of the relay',
    'create function f() returns int language sql as $$ select 1 $$; alter function f() owner to ward_relay',
    /own nothing/,
  ],
  [
    'a policy per row',
    `drop policy ward_app on ward; create policy ward_app on ward to ward_app using (hospital_id = current_setting('app.hospital_id')::uuid) with check ((select true))`,
    /wrapped in a select/,
  ],
  [
    'a policy without WITH CHECK',
    'create policy more on ward for update to ward_system using ((select true))',
    /WITH CHECK/,
  ],
  [
    'an open policy for the app role',
    'create policy more on ward to ward_app using ((select true)) with check ((select true))',
    /no policy but the tenant one/,
  ],
  [
    'an open policy for everybody',
    'create policy more on ward for select using ((select true))',
    /no policy but the tenant one/,
  ],
  [
    'a policy that lets rows be written anywhere',
    `create policy more on ward for insert to ward_app with check ((select true))`,
    /no policy but the tenant one/,
  ],
  [
    'a SECURITY DEFINER function nobody expects',
    'create function peek() returns bigint language sql security definer set search_path = pg_catalog as $$ select 1::bigint $$',
    /SECURITY DEFINER/,
  ],
  ['a TRUNCATE grant', 'grant truncate on ward to ward_app', /no app role has TRUNCATE/],
  [
    'a TRIGGER grant to the relay',
    'grant trigger on ward to ward_relay',
    /TRUNCATE, REFERENCES, TRIGGER or MAINTAIN/,
  ],
  ['a grant to everybody', 'grant select on ward to public', /no rights for everybody/],
  [
    'a table without hospital_id',
    `create table note (id uuid primary key)`,
    /hospital_id or be a known exception/,
  ],
  [
    'an exception without row-level security',
    `alter table known disable row level security`,
    /exception must have/,
  ],
  [
    'an exception the app role can reach',
    'grant select (id) on known to ward_app',
    /without a hospital/,
  ],
  [
    'a table seen through another that shows more rows',
    `drop policy nurse_app on nurse; create policy nurse_app on nurse for select to ward_app
       using (exists (select from bed where bed.ward_id = nurse.id or true))`,
    /no policy but the tenant one/,
  ],
  [
    'a table seen through another without row-level security',
    `drop policy nurse_app on nurse; create policy nurse_app on nurse for select to ward_app
       using (exists (select from known where known.id = nurse.id))`,
    /no policy but the tenant one/,
  ],
  [
    'a second way to a table seen through another',
    'create policy more on nurse for select to public using ((select true))',
    /no policy but the tenant one/,
  ],
  [
    'a table seen through another that can be changed through it',
    `drop policy nurse_app on nurse;
     create policy nurse_app on nurse to ward_app using (${SEEN_THROUGH}) with check (${SEEN_THROUGH})`,
    /no policy but the tenant one/,
  ],
  [
    'a column of a table seen through another that is nobody’s',
    'grant select (secret) on nurse to ward_app',
    /named columns/,
  ],
  [
    'all columns of a table seen through another',
    'grant select on nurse to ward_app',
    /named columns/,
  ],
  [
    'a change of a table seen through another',
    'grant update (name) on nurse to ward_app',
    /changes nothing/,
  ],
  [
    'a deletion from a table seen through another',
    'grant delete on nurse to ward_app',
    /changes nothing/,
  ],
  [
    'a table seen through another without row-level security of its own',
    'alter table nurse disable row level security',
    /exception must have/,
  ],
  [
    'a table seen through one that has lost its hospital',
    'alter table bed rename column hospital_id to hospital',
    /must be a tenant table/,
  ],
  [
    'a hospital_id that may be null',
    'alter table ward drop constraint ward_pkey cascade; alter table ward alter hospital_id drop not null',
    /uuid and not null/,
  ],
  [
    'a table whose rows can move',
    `create table chart (hospital_id uuid not null, id uuid, primary key (hospital_id, id)); ${isolated('chart')}; alter table chart disable trigger keep_hospital`,
    /kept by a trigger/,
  ],
  ['a role inside the owner', 'grant ward_owner to ward_app', /in no other role/],
  ['CREATE on the schema', 'grant create on schema public to ward_app', /create nothing/],
]

t.test('the catalogue', async (t) => {
  const { adminDatabaseUrl } = await testDatabase(t, 'ward', { folder: MIGRATIONS })
  const client = new pg.Client({ connectionString: adminDatabaseUrl })
  await client.connect()
  t.teardown(() => client.end())
  await client.query(`create table known (id uuid primary key); alter table known enable row level security;
    alter table known force row level security;
    create table nurse (id uuid primary key, name text, secret text);
    alter table nurse enable row level security; alter table nurse force row level security;
    create policy nurse_app on nurse for select to ward_app using (${SEEN_THROUGH});
    grant select (id, name) on nurse to ward_app`)
  const exceptions = { known: null, nurse: NURSE }
  const findings = () => catalogueFindings(client, { service: 'ward', exceptions })

  t.test('finds nothing in what the helpers make', async (t) => {
    t.same(await findings(), [])
    t.same(
      await catalogueFindings(adminDatabaseUrl, { service: 'ward', exceptions: { nurse: NURSE } }),
      [{ rule: 'a table must have hospital_id or be a known exception', subject: 'known' }],
    )
  })

  for (const [fault, sql, rule] of FAULTS) {
    t.test(`finds ${fault}`, async (t) => {
      await client.query('begin')
      await client.query(sql)
      const found = await findings()
      await client.query('rollback')
      t.ok(
        found.some((finding) => rule.test(finding.rule)),
        JSON.stringify(found),
      )
    })
  }

  t.test('accepts what is declared', async (t) => {
    await client.query('begin')
    await client.query(`create function expected() returns int language sql security definer
        set search_path = pg_catalog as $$ select 1 $$;
      create policy known_app on known to ward_app
        using (id = (select nullif(current_setting('app.hospital_id', true), '')::uuid))
        with check (id = (select nullif(current_setting('app.hospital_id', true), '')::uuid));
      grant select on known to ward_app`)
    const declared = {
      service: 'ward',
      exceptions: { known: 'id', nurse: NURSE },
      definers: ['expected'],
    }
    t.same(await catalogueFindings(client, declared), [])
    await client.query('rollback')
  })
})
