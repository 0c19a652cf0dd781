-- Drops the triggers of the room whose names match :pattern ('' is all); foreign keys stay.
select format('drop trigger %I on %s', t.tgname, t.tgrelid::regclass)
from pg_trigger t
join pg_class c on c.oid = t.tgrelid and c.relnamespace = 'work'::regnamespace
where not t.tgisinternal and t.tgname ~ :'pattern'
\gexec
