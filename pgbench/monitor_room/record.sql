-- A hundred points of ten series in one statement: at 100 a second 10,000 points.
select monitor.record_all(p.points)
from (
  select jsonb_agg(jsonb_build_object('name', 'bench', 'value', random() * 1000,
    'labels', jsonb_build_object('series', n % 10))) as points
  from generate_series(1, 100) n
) p;
