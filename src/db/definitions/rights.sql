-- Rights on the object (class $1, oid $2) beyond its owner's, as statements that grant them again.
select format(
    'grant %s on %s to %s%s', a.privilege_type, o.name,
    case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end,
    case when a.is_grantable then ' with grant option' else '' end
  )
from (
  select c.oid::regclass::text as name, c.relacl as acl, c.relowner as owner
  from pg_class c
  where $1 = 'pg_class'::regclass and c.oid = $2
  union all
  select case p.prokind when 'p' then 'procedure ' else 'function ' end || p.oid::regprocedure,
    p.proacl, p.proowner
  from pg_proc p
  where $1 = 'pg_proc'::regclass and p.oid = $2
) o
cross join lateral aclexplode(o.acl) a
where a.grantee <> o.owner
