-- Functions, views and triggers of the given schemas, each as a statement that would make it again.
-- `stamp` changes whenever the object is written, even by a replacement with the same text.
-- What tide.watch generates (tide._tg_*) is not from a file and is left out.
with found as (
  select 'function ' || p.oid::regprocedure as object,
    pg_get_functiondef(p.oid) as definition,
    format('%s %s', p.xmin, p.ctid) as stamp,
    'pg_proc'::regclass::oid as class,
    p.oid
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = any ($1)
    and p.prokind in ('f', 'w')
    and not (n.nspname = 'tide' and p.proname like '\_tg\_%')
  union all
  select 'procedure ' || p.oid::regprocedure,
    pg_get_functiondef(p.oid),
    format('%s %s', p.xmin, p.ctid),
    'pg_proc'::regclass::oid,
    p.oid
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  where n.nspname = any ($1)
    and p.prokind = 'p'
  union all
  select 'view ' || c.oid::regclass,
    format(
      E'create or replace view %s%s as\n%s',
      c.oid::regclass, ' with (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid)
    ),
    format('%s %s', r.xmin, r.ctid),
    'pg_class'::regclass::oid,
    c.oid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_rewrite r on r.ev_class = c.oid and r.rulename = '_RETURN'
  where n.nspname = any ($1)
    and c.relkind = 'v'
  union all
  select format('trigger %I on %s', t.tgname, c.oid::regclass),
    pg_get_triggerdef(t.oid) || case t.tgenabled
      when 'O' then ''
      else format(
        E';\nalter table %s %s trigger %I', c.oid::regclass,
        case t.tgenabled when 'D' then 'disable' when 'A' then 'enable always' else 'enable replica' end,
        t.tgname
      )
    end,
    format('%s %s', t.xmin, t.ctid),
    'pg_trigger'::regclass::oid,
    t.oid
  from pg_trigger t
  join pg_class c on c.oid = t.tgrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_proc p on p.oid = t.tgfoid
  where n.nspname = any ($1)
    and not t.tgisinternal
    and t.tgparentid = 0
    and p.proname not like '\_tg\_%'
)
select object, definition, md5(definition) as hash, stamp, class, oid
from found
