create unique index files_by_path on files (workspace_id, path);
create index files_by_content on files (tenant_id, content_hash);
create index files_by_name on files (workspace_id, name, id);
create index files_by_size on files (workspace_id, size, id);
create index files_by_created on files (workspace_id, created_at, id);
create index files_by_updated on files (workspace_id, updated_at, path, id);
create unique index file_storages_by_file on file_storages (file_id, storage_resource_id);
create index file_storages_by_storage on file_storages (storage_resource_id, file_id);
create index jobs_by_created on jobs (created_at);
