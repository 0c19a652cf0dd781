create or replace function work._page(
  rows jsonb[],
  max_rows int,
  key text default 'id',
  out items jsonb,
  out next_id uuid
)
language sql
stable
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(to_jsonb(_page.rows[1 : _page.max_rows]), '[]'),
    case when cardinality(_page.rows) > _page.max_rows
      then (_page.rows[_page.max_rows] ->> _page.key)::uuid end
$$;
comment on function work._page(jsonb[], int, text) is
  'A page of a list from one row more than it may have: the rows, and the key after which the '
  'next page begins, null on the last one.';
