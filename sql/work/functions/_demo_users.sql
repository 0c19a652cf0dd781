create or replace function work._demo_users()
returns uuid[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into work.users (handle, display_name)
  values
    ('demo', 'Demo'), ('ada', 'Ada Okafor'), ('bruno', 'Bruno Lindqvist'),
    ('chen', 'Chen Wei'), ('dara', 'Dara Nikolaidis'), ('elif', 'Elif Yilmaz'),
    ('farid', 'Farid Rahmani'), ('greta', 'Greta Sommer'), ('hugo', 'Hugo Marchetti'),
    ('ines', 'Inês Carvalho'), ('jonas', 'Jonas Petrauskas'), ('kiri', 'Kiri Tamahori'),
    ('atlas', 'Atlas (planning agent)'), ('nova', 'Nova (coding agent)'),
    ('quill', 'Quill (writing agent)'), ('sentry', 'Sentry (review agent)')
  on conflict on constraint user_handle_is_unique do nothing;
  -- Demo first: it becomes the admin.
  return array(
    select u.id
    from work.users u
    where u.handle = any (array['demo', 'ada', 'bruno', 'chen', 'dara', 'elif', 'farid', 'greta',
      'hugo', 'ines', 'jonas', 'kiri', 'atlas', 'nova', 'quill', 'sentry'])
    order by u.handle <> 'demo', u.handle
  );
end
$$;
comment on function work._demo_users() is 'The people and agents of the demo, "demo" first.';
