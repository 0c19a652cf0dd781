select plan(5);

select tide.audit('table.painted', 'shop.t' || n) from generate_series(1, 5) n;
create temp table page as select l.* from tide.list_audit('{"action": "table.painted"}', null, 2) l;
select is((select array_agg(i ->> 'target') from page p, jsonb_array_elements(p.items) i), '{shop.t5,shop.t4}',
  'the newest first');
create temp table rest as
select l.* from page p cross join tide.list_audit('{"action": "table.painted"}', p.next_id, 3) l;
select is((select array_agg(i ->> 'target') from rest r, jsonb_array_elements(r.items) i),
  '{shop.t3,shop.t2,shop.t1}', 'then what is before them');
select is((select r.next_id from rest r), null, 'until there is no more');
select is((select jsonb_array_length(l.items) from tide.list_audit('{"target": "shop.t2"}') l), 1, 'by target');
select is((select l.items from tide.list_audit('{"actor": "nobody"}') l), '[]'::jsonb, 'by actor');

select * from finish();
