select plan(7);

create schema "Big Shop";
create table "Big Shop"."Order's ""Lines""" (
  "select" int primary key,
  "Mixed Case" text,
  "per%cent %s %I" text,
  "it's" text,
  "back\slash" text
);
select tide.watch('"Big Shop"."Order''s ""Lines"""', entity => 'order''s line',
  topics => array['''select:'' || "select"', '''of:'' || "Mixed Case"']);
create temp view said as
  select e.id, e.action, e.key, e.topics, e.delta::jsonb as delta, e.image
  from tide.events e where e.entity = 'order''s line';

insert into "Big Shop"."Order's ""Lines""" values (1, 'a', 'b', 'c', 'd');
select results_eq($$select s.key, s.topics from said s$$, $$values ('1', '{select:1,of:a}'::text[])$$,
  'an insert');

update "Big Shop"."Order's ""Lines"""
set "per%cent %s %I" = 'B', "it's" = 'C', "back\slash" = 'D';
select is((select s.delta from said s order by s.id desc limit 1),
  '{"per%cent %s %I": ["b", "B"], "it''s": ["c", "C"], "back\\slash": ["d", "D"]}',
  'columns of any name are in the delta');

update "Big Shop"."Order's ""Lines""" set "Mixed Case" = 'z';
select is((select s.topics from said s order by s.id desc limit 1), '{select:1,of:z,of:a}',
  'a moved row is told on both topics');

select is((select r.record ->> 'Mixed Case' from tide._records('order''s line', '{1}', 1) r), 'z',
  'the row is read');

delete from "Big Shop"."Order's ""Lines""";
select is((select s.action from said s order by s.id desc limit 1), 'delete', 'a delete');
truncate "Big Shop"."Order's ""Lines""";

select is((select w.target from tide.watches w where w.entity = 'order''s line'),
  '"Big Shop"."Order''s ""Lines"""', 'tide.watches shows the name as SQL writes it');
select lives_ok($$select tide.unwatch('"Big Shop"."Order''s ""Lines"""')$$, 'and it can be unwatched');

select * from finish();
