/** A rule of the catalogue: `query` returns a row for everything that breaks it. */
export interface Rule {
  readonly name: string
  readonly query: string
  /** Which of the parameters the query takes, in its own order. */
  readonly parameters: readonly Parameter[]
}

/**
 * `tables` are those without hospital_id that may be; `tenantColumns` says, place by place, which of
 * their columns is the hospital's id, null for none; `throughs` and `throughKeys`, through which
 * tenant table and column of it their rows are seen; `seenColumns`, as `table.column`, what of them.
 */
export type Parameter =
  | 'schema'
  | 'definers'
  | 'app'
  | 'roles'
  | 'tables'
  | 'tenantColumns'
  | 'throughs'
  | 'throughKeys'
  | 'seenColumns'

const annex = (name: string, query: string, ...parameters: Parameter[]): Rule => ({
  name,
  query,
  parameters,
})

/** What PostgreSQL lets slip through row-level security, a query each: a row it returns is a hole. */
export const ANNEX_RULES: readonly Rule[] = [
  annex(
    'row-level security must be enabled and forced',
    "select relname from pg_class c join pg_namespace n on n.oid=c.relnamespace where n.nspname=$1 and relkind in('r','p') and exists(select 1 from pg_attribute a where a.attrelid=c.oid and attname='hospital_id' and not attisdropped) and not (relrowsecurity and relforcerowsecurity)",
    'schema',
  ),
  annex(
    'a primary key or unique constraint must hold hospital_id',
    "select conrelid::regclass, conname from pg_constraint c where contype in('p','u') and exists(select 1 from pg_attribute a where a.attrelid=c.conrelid and attname='hospital_id') and not exists(select 1 from pg_attribute a where a.attrelid=c.conrelid and attname='hospital_id' and a.attnum=any(c.conkey))",
  ),
  annex(
    'a foreign key must hold hospital_id',
    "select conrelid::regclass, conname from pg_constraint c where contype='f' and exists(select 1 from pg_attribute a where a.attrelid=c.confrelid and attname='hospital_id') and not exists(select 1 from pg_attribute a where a.attrelid=c.conrelid and attname='hospital_id' and a.attnum=any(c.conkey))",
  ),
  annex(
    'a view must be security_invoker',
    "select relname from pg_class where relkind='v' and relnamespace=$1::regnamespace and not coalesce(reloptions @> '{security_invoker=true}',false)",
    'schema',
  ),
  annex(
    'a materialized view has no row-level security',
    "select relname from pg_class where relkind='m' and relnamespace=$1::regnamespace",
    'schema',
  ),
  annex(
    'no app role has special rights',
    "select rolname from pg_roles where rolname like '%\\_app' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)",
  ),
  annex(
    'no app role owns a table',
    "select relname from pg_class c join pg_roles r on r.oid=c.relowner where r.rolname like '%\\_app'",
  ),
  annex(
    'a policy must be wrapped in a select and have WITH CHECK',
    "select polrelid::regclass, polname from pg_policy where pg_get_expr(polqual,polrelid) !~* '\\( *select' or (polcmd in('*','a','w') and polwithcheck is null)",
  ),
  annex(
    'a SECURITY DEFINER function must be expected and pin search_path',
    'select proname from pg_proc where pronamespace=$1::regnamespace and prosecdef and (proname <> all($2::text[]) or proconfig is null)',
    'schema',
    'definers',
  ),
  annex(
    'no app role has TRUNCATE, REFERENCES or TRIGGER',
    "select grantee, table_name from information_schema.role_table_grants where privilege_type in('TRUNCATE','REFERENCES','TRIGGER') and grantee like '%\\_app'",
  ),
]

const TABLES = `pg_class c where c.relkind in ('r', 'p') and c.relnamespace = $1::regnamespace`
const IS_TENANT = `exists (select from pg_attribute a
  where a.attrelid = c.oid and a.attname = 'hospital_id' and not a.attisdropped)`

/** What the annex leaves open. */
export const OUR_RULES: readonly Rule[] = [
  {
    name: 'a table must have hospital_id or be a known exception',
    query: `select relname from ${TABLES} and not ${IS_TENANT} and relname <> all($2::text[])`,
    parameters: ['schema', 'tables'],
  },
  {
    name: 'an exception must have row-level security enabled and forced too',
    query: `select relname from ${TABLES} and relname = any($2::text[])
      and not (relrowsecurity and relforcerowsecurity)`,
    parameters: ['schema', 'tables'],
  },
  {
    name: 'hospital_id must be a uuid and not null',
    query: `select c.relname from ${TABLES} and exists (select from pg_attribute a
      where a.attrelid = c.oid and a.attname = 'hospital_id' and not a.attisdropped
      and not (a.attnotnull and a.atttypid = 'uuid'::regtype))`,
    parameters: ['schema'],
  },
  {
    name: 'hospital_id must be kept by a trigger',
    query: `select c.relname from ${TABLES} and ${IS_TENANT} and not exists (
      select from pg_trigger g join pg_proc f on f.oid = g.tgfoid
      where g.tgrelid = c.oid and f.proname = 'keep_hospital' and g.tgenabled in ('O', 'A'))`,
    parameters: ['schema'],
  },
  {
    name: 'a unique index must hold hospital_id',
    query: `select c.relname, i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid
      where i.indisunique and c.relnamespace = $1::regnamespace and ${IS_TENANT} and not exists (
        select from pg_attribute a where a.attrelid = c.oid and a.attname = 'hospital_id'
        and a.attnum = any(i.indkey))`,
    parameters: ['schema'],
  },
  {
    name: 'an exclusion constraint must be within a hospital',
    query: `select x.conrelid::regclass, x.conname from pg_constraint x join pg_class c on c.oid = x.conrelid
      where x.contype = 'x' and c.relnamespace = $1::regnamespace and ${IS_TENANT} and not exists (
        select from unnest(x.conkey, x.conexclop) as part (attnum, operator)
        join pg_attribute a on a.attrelid = x.conrelid and a.attnum = part.attnum
        join pg_operator o on o.oid = part.operator
        where a.attname = 'hospital_id' and o.oprname = '=')`,
    parameters: ['schema'],
  },
  {
    name: 'a foreign key must pair hospital_id with hospital_id',
    query: `select f.conrelid::regclass, f.conname from pg_constraint f join pg_class c on c.oid = f.confrelid
      where f.contype = 'f' and c.relnamespace = $1::regnamespace and ${IS_TENANT} and not exists (
        select from unnest(f.conkey, f.confkey) as pair (mine, theirs)
        join pg_attribute a on a.attrelid = f.conrelid and a.attnum = mine
        join pg_attribute b on b.attrelid = f.confrelid and b.attnum = theirs
        where a.attname = 'hospital_id' and b.attname = 'hospital_id')`,
    parameters: ['schema'],
  },
  {
    name: 'the app role and everybody have no policy but the tenant one',
    query: `with expected as (
        select c.oid, c.relname, other.through, case when other.through is null
          then format('(%s = ( SELECT (NULLIF(current_setting(''app.hospital_id''::text, true), ''''::text))::uuid AS "nullif"))',
            case when ${IS_TENANT} then 'hospital_id' else other.tenant_column end)
          else format('(EXISTS ( SELECT FROM %1$s WHERE (%1$s.%2$s = %3$s.id)))', other.through, other.through_key, c.relname)
          end as condition
        from pg_class c left join unnest($2::text[], $3::text[], $4::text[], $5::text[])
          as other (name, tenant_column, through, through_key) on other.name = c.relname
        where c.relnamespace = $1::regnamespace),
      actual as (
        select polrelid, polname, polcmd, polpermissive, polroles,
          regexp_replace(pg_get_expr(polqual, polrelid), '\\s+', ' ', 'g') as polqual,
          regexp_replace(pg_get_expr(polwithcheck, polrelid), '\\s+', ' ', 'g') as polwithcheck
        from pg_policy)
      select e.relname, p.polname from actual p join expected e on e.oid = p.polrelid
      where p.polpermissive
        and p.polroles && array[0, coalesce((select oid from pg_roles where rolname = $6), 0)]::oid[]
        and (coalesce(p.polqual, e.condition) is distinct from e.condition
          or coalesce(p.polwithcheck, e.condition) is distinct from e.condition
          or (e.through is not null and p.polcmd <> 'r'))`,
    parameters: ['schema', 'tables', 'tenantColumns', 'throughs', 'throughKeys', 'app'],
  },
  {
    name: 'the app role has no rights on a table without a hospital',
    query: `select c.relname from ${TABLES} and not ${IS_TENANT}
      and not exists (select from unnest($2::text[], $3::text[], $4::text[]) as other (name, tenant_column, through)
        where other.name = c.relname and coalesce(other.tenant_column, other.through) is not null)
      and (has_any_column_privilege($5, c.oid, 'select, insert, update') or has_table_privilege($5, c.oid, 'delete'))`,
    parameters: ['schema', 'tables', 'tenantColumns', 'throughs', 'app'],
  },
  {
    name: 'a table that others are seen through must be a tenant table',
    query: `select other.name, other.through from unnest($2::text[], $3::text[]) as other (name, through)
      where other.through is not null and not exists (
        select from ${TABLES} and c.relname = other.through and ${IS_TENANT})`,
    parameters: ['schema', 'tables', 'throughs'],
  },
  {
    name: 'the app role reads the named columns of a table seen through another, and changes nothing',
    query: `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace = $1::regnamespace and a.attnum > 0 and not a.attisdropped
        and exists (select from unnest($2::text[], $3::text[]) as other (name, through)
          where other.name = c.relname and other.through is not null)
        and (has_column_privilege($4, c.oid, a.attnum, 'insert, update, references')
          or has_table_privilege($4, c.oid, 'delete')
          or (has_column_privilege($4, c.oid, a.attnum, 'select')
            and format('%s.%s', c.relname, a.attname) <> all($5::text[])))`,
    parameters: ['schema', 'tables', 'throughs', 'app', 'seenColumns'],
  },
  {
    name: 'the roles of a service have no special rights',
    query: `select rolname from pg_roles where rolname = any($1::text[])
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
    parameters: ['roles'],
  },
  {
    name: 'the roles of a service are in no other role',
    query: `select r.rolname, m.roleid::regrole from pg_auth_members m join pg_roles r on r.oid = m.member
      where r.rolname = any($1::text[])`,
    parameters: ['roles'],
  },
  {
    name: 'the roles of a service own nothing',
    query: `select r.rolname, pg_describe_object(d.classid, d.objid, d.objsubid)
      from pg_shdepend d join pg_roles r on r.oid = d.refobjid
      where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o' and r.rolname = any($1::text[])
        and d.dbid in (0, (select oid from pg_database where datname = current_database()))`,
    parameters: ['roles'],
  },
  {
    name: 'the roles of a service create nothing',
    query: `select r.rolname from pg_roles r where r.rolname = any($1::text[])
      and (has_schema_privilege(r.rolname, $2, 'create')
        or has_database_privilege(r.rolname, current_database(), 'create, temporary'))`,
    parameters: ['roles', 'schema'],
  },
  {
    name: 'no rights for everybody, and no TRUNCATE, REFERENCES, TRIGGER or MAINTAIN for a role',
    query: `select c.relname, acl.privilege_type from pg_class c, aclexplode(c.relacl) as acl
      where c.relnamespace = $1::regnamespace and (acl.grantee = 0
        or (acl.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
          and acl.grantee in (select oid from pg_roles where rolname = any($2::text[]))))`,
    parameters: ['schema', 'roles'],
  },
]
