select plan(4);

-- A type as extensions make them: its equality is not in pg_catalog, and calls a and A equal.
create type public.tag;
create function public.tag_in(cstring) returns public.tag language internal immutable strict as 'textin';
create function public.tag_out(public.tag) returns cstring language internal immutable strict as 'textout';
create type public.tag (input = public.tag_in, output = public.tag_out, like = text);
create function public.tag_text(public.tag) returns text language sql immutable strict
  as $$select public.tag_out($1)::text$$;
create function public.tag_compare(public.tag, public.tag) returns int language sql immutable strict
  as $$select pg_catalog.bttextcmp(lower(public.tag_text($1)), lower(public.tag_text($2)))$$;
create function public.tag_less(public.tag, public.tag) returns boolean language sql immutable strict
  as $$select public.tag_compare($1, $2) < 0$$;
create function public.tag_equals(public.tag, public.tag) returns boolean language sql immutable strict
  as $$select public.tag_compare($1, $2) = 0$$;
create operator public.< (leftarg = public.tag, rightarg = public.tag, function = public.tag_less);
create operator public.= (leftarg = public.tag, rightarg = public.tag, function = public.tag_equals);
create operator class public.tag_order default for type public.tag using btree
  as operator 1 public.<, operator 3 public.=, function 1 public.tag_compare(public.tag, public.tag);

create table public.tagged (id public.tag primary key, mark public.tag, spots point[], amount numeric, n int);
select tide.watch('public.tagged', entity => 'tagged');
create temp view said as
  select e.action, e.key, e.delta::jsonb as delta from tide.events e where e.entity = 'tagged' order by e.id;

insert into public.tagged values ('One', 'a', '{"(1,2)"}', 1.0, 1), ('two', 'a', '{"(1,2)"}', 1.0, 1);
delete from tide.events;
update public.tagged set mark = 'A', spots = '{"(1,3)"}', amount = 1.00 where n = 1;
select results_eq('select s.action, s.key, s.delta::text from said s', $$values
  ('update', 'One', '{"mark": ["a", "A"], "spots": [["(1,2)"], ["(1,3)"]], "amount": [1.0, 1.00]}'),
  ('update', 'two', '{"mark": ["a", "A"], "spots": [["(1,2)"], ["(1,3)"]], "amount": [1.0, 1.00]}')$$,
  'a delta has what looks different, whatever the type calls equal');

delete from tide.events;
update public.tagged set id = 'ONE' where id operator(public.=) 'one';
select results_eq('select s.action, s.key from said s order by s.action', $$values ('create', 'ONE'), ('delete', 'One')$$,
  'a key that looks different is another one');
select is((select r.record ->> 'n' from tide._records('tagged', '{ONE}', 1) r), '1', 'the tick reads the row');
select is_empty($$select p.message from tide.problems p where p.target = 'public.tagged'$$, 'without a problem');

select * from finish();
