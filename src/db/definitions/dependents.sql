-- What would be lost with the object (class $1, oid $2): named as in DROP where it is of our kinds.
select distinct case c.class
    when 'pg_proc'::regclass then 'function ' || c.oid::regprocedure
    when 'pg_trigger'::regclass then (
      select format('trigger %I on %s', t.tgname, t.tgrelid::regclass)
      from pg_trigger t
      where t.oid = c.oid
    )
    when 'pg_class'::regclass then (
      select case r.relkind when 'm' then 'materialized view ' when 'v' then 'view ' else 'table ' end
        || c.oid::regclass
      from pg_class r
      where r.oid = c.oid
    )
    else pg_describe_object(c.class, c.oid, 0)
  end as object
from pg_depend d
left join pg_rewrite w on d.classid = 'pg_rewrite'::regclass and w.oid = d.objid
left join pg_attrdef a on d.classid = 'pg_attrdef'::regclass and a.oid = d.objid
cross join lateral (
  select case when w.oid is null and a.oid is null then d.classid else 'pg_class'::regclass end as class,
    coalesce(w.ev_class, a.adrelid, d.objid) as oid
) c
where d.deptype in ('n', 'a')
  and (
    (d.refclassid = $1 and d.refobjid = $2)
    or (
      -- The row type of a view, and its array, in parameters and results.
      $1 = 'pg_class'::regclass
      and d.refclassid = 'pg_type'::regclass
      and d.refobjid in (
        select t.oid from pg_type t where t.typrelid = $2
        union all
        select t.typarray from pg_type t where t.typrelid = $2
      )
    )
  )
  and (c.class, c.oid) <> ($1, $2)
order by 1
