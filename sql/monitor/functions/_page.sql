create or replace function monitor._page(
  rows jsonb[], max_rows int, out items jsonb, out next_id uuid
)
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
  select
    coalesce(to_jsonb(_page.rows[1 : _page.max_rows]), '[]'),
    case when cardinality(_page.rows) > _page.max_rows
      then (_page.rows[_page.max_rows] ->> 'id')::uuid end
$$;
comment on function monitor._page(jsonb[], int) is
  'A page of a list from one row more than it may have: the rows, and the key after which the '
  'next page begins, null on the last one.';
