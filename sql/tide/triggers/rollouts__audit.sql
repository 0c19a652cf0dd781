create or replace trigger _800_audit after insert or update or delete on tide.rollouts
for each row execute function tide.tg_all__audit('rollout', 'flag', 'stage_began_at');
