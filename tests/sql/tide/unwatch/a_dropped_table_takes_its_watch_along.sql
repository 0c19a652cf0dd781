select plan(4);

create table public.gone (id int primary key);
select tide.watch('public.gone');
insert into public.gone values (1);
select lives_ok('drop table public.gone', 'a watched table can be dropped without cascade');
select lives_ok('select tide.refresh_watches()', 'refresh_watches copes');
select is_empty($$select from tide.watches w where w.entity = 'gone'$$, 'and forgets it');
create table public.gone (id int primary key);
select lives_ok($$select tide.watch('public.gone')$$, 'another table of that name can be watched');

select * from finish();
