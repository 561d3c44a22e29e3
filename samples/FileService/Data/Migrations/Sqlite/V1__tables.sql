-- Times are microseconds since 1970-01-01 UTC: exact in both engines, ordered as numbers.
create table settings (
    name text primary key not null,
    value text not null
) without rowid;

create table workspaces (
    id text primary key not null,
    tenant_id text not null,
    name text not null,
    created_at integer not null,
    unique (tenant_id, name)
);

-- One row a stored content. Its row lock orders writers of a content against the collector.
create table contents (
    tenant_id text not null,
    hash text not null,
    size integer not null,
    created_at integer not null,
    primary key (tenant_id, hash)
) without rowid;

create table content_texts (
    tenant_id text not null,
    hash text not null,
    text text not null,
    primary key (tenant_id, hash),
    foreign key (tenant_id, hash) references contents (tenant_id, hash) on delete cascade
);

create table files (
    seq integer primary key,
    id text not null unique,
    tenant_id text not null,
    workspace_id text not null references workspaces (id),
    path text not null,
    name text not null,
    content_type text not null,
    size integer not null,
    content_hash text not null,
    version integer not null,
    source_mtime integer,
    created_at integer not null,
    updated_at integer not null,
    foreign key (tenant_id, content_hash) references contents (tenant_id, hash)
);

create table storage_resources (
    id text primary key not null,
    tenant_id text,
    kind text not null,
    locator text not null,
    created_at integer not null
);

create table file_storages (
    file_id text not null references files (id) on delete cascade,
    storage_resource_id text not null references storage_resources (id),
    role text not null,
    content_hash text not null,
    synced_at integer not null
);

create table jobs (
    id text primary key not null,
    tenant_id text,
    kind text not null,
    state text not null,
    done integer not null,
    total integer not null,
    error text,
    owner text not null,
    heartbeat_at integer not null,
    created_at integer not null
);
