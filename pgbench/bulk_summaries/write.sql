update work.projects set description = now()::text where id = lpad(:project::text, 32, '0')::uuid;
