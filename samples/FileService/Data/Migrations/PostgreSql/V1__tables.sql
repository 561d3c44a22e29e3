-- Times are microseconds since 1970-01-01 UTC: exact in both engines, ordered as numbers.
create table settings (
    name text primary key,
    value text not null
);

create table workspaces (
    id uuid primary key,
    tenant_id text collate "C" not null,
    name text collate "C" not null,
    created_at bigint not null,
    unique (tenant_id, name)
);

-- One row a stored content. Its row lock orders writers of a content against the collector.
create table contents (
    tenant_id text collate "C" not null,
    hash text collate "C" not null,
    size bigint not null,
    created_at bigint not null,
    primary key (tenant_id, hash)
);

create table content_texts (
    tenant_id text collate "C" not null,
    hash text collate "C" not null,
    text text not null,
    primary key (tenant_id, hash),
    foreign key (tenant_id, hash) references contents (tenant_id, hash) on delete cascade
);

create table files (
    id uuid primary key,
    tenant_id text collate "C" not null,
    workspace_id uuid not null references workspaces (id),
    path text collate "C" not null,
    name text collate "C" not null,
    content_type text collate "C" not null,
    size bigint not null,
    content_hash text collate "C" not null,
    version bigint not null,
    source_mtime bigint,
    created_at bigint not null,
    updated_at bigint not null,
    foreign key (tenant_id, content_hash) references contents (tenant_id, hash)
);

create table storage_resources (
    id uuid primary key,
    tenant_id text collate "C",
    kind text not null,
    locator text not null,
    created_at bigint not null
);

create table file_storages (
    file_id uuid not null references files (id) on delete cascade,
    storage_resource_id uuid not null references storage_resources (id),
    role text not null,
    content_hash text collate "C" not null,
    synced_at bigint not null
);

create table jobs (
    id uuid primary key,
    tenant_id text collate "C",
    kind text not null,
    state text not null,
    done bigint not null,
    total bigint not null,
    error text,
    owner text not null,
    heartbeat_at bigint not null,
    created_at bigint not null
);
