-- from and to are given by run.sh: the spread tasks, or those of the one branch
\set n random(:from, :to)
\set progress random(0, 100)
update work.tasks set progress_percentage = :progress
where id = lpad(:n::text, 32, '0')::uuid;
