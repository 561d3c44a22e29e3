-- Each sort of the file list is a stretch of one of these: a page seeks to its place.
drop index files_by_updated;
create index files_by_updated on files (workspace_id, updated_at, id);
create index files_by_updated_and_path on files (workspace_id, updated_at desc, path);
create index files_by_type on files (workspace_id, content_type, id);
create index files_by_id on files (workspace_id, id);
