\set n (random(0, 311) * 4 + 3) * 40 + 39
select tide.cascade('task', lpad(:n::text, 32, '0'));
