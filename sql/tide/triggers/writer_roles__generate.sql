create or replace trigger _300_generate after insert or update or delete or truncate
on tide.writer_roles
for each statement execute function tide.tg_writer_roles__generate();
