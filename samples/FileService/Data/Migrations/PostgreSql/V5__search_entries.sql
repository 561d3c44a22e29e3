-- The index is PerfKit.Query's: its columns have its names, and an entry remembers what it was made from.
alter table file_search drop constraint file_search_file_id_fkey;
alter table file_search rename column file_id to key;
alter table file_search rename column workspace_id to scope;
alter table file_search add column hash bytea;
create index file_search_scope on file_search (scope);
