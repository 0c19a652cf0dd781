select plan(9);

select is(has_function_privilege(r.role, f.signature, 'execute'), true, r.role || ' ' || f.signature)
from (values ('tide_writer'), ('tide_reader'), ('tide_service')) r (role)
cross join (values ('tide.position()'), ('tide.act_as(text, text, text, text)'),
  ('tide.read(bigint, int, text[])')) f (signature);

select * from finish();
