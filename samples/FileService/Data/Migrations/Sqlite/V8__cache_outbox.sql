-- What a write takes out of the caches, noted in its transaction: whoever finds it later does it again.
create table cache_outbox (id text primary key not null, removed text not null) without rowid;
