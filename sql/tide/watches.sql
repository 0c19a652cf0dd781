-- What the engine needs once it has its functions: an epoch, partitions, the roles' sources.
select tide._generate_source_of();
select tide._begin_epoch();
select tide.maintain();
-- What was kept was made by other functions.
select tide.cache_clear();
