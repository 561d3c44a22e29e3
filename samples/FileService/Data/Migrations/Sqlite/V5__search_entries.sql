-- The index is PerfKit.Query's: it knows its entries by rows of its own, which remember what they were made from.
create table file_search_keys (id integer primary key, key not null unique, scope, hash blob);
insert into file_search_keys (id, key, scope) select seq, id, workspace_id from files;
