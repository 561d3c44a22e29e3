-- What a write takes out of the caches, noted in its transaction: whoever finds it later does it again.
create table cache_outbox (id uuid primary key, removed text not null);
