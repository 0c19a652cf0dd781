-- One person, and a key of theirs as a DBA makes it.
insert into work.users (id, handle) values ('00000000-0000-7000-f000-000000000001', 'ann');
create temporary table made as
select work.create_key('00000000-0000-7000-f000-000000000001', 'laptop') as told;
