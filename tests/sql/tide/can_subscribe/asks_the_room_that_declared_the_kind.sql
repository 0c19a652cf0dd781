begin;
select plan(3);

create function public.may_hear(user_id uuid, topic text) returns boolean language sql stable as
$$ select topic = 'shop:1' $$;
select is(tide.can_subscribe(gen_random_uuid(), 'shop:1'), false, 'of no room, nobody hears');
select tide.declare_topics('{shop}', 'public.may_hear');
select is(tide.can_subscribe(gen_random_uuid(), 'shop:1'), true, 'the room says yes');
select is(tide.can_subscribe(gen_random_uuid(), 'shop:2'), false, 'or no');

select * from finish();
rollback;
