drop trigger if exists _900_doorbell on tide.events;
create constraint trigger _900_doorbell after insert on tide.events
deferrable initially deferred
for each row execute function tide.tg_events__doorbell();
