-- Terms come from the host's tokenizer, so both engines and the naive search agree on what a word is.
create table file_search (
    file_id uuid primary key references files (id) on delete cascade,
    workspace_id uuid not null,
    terms tsvector not null
);

create index file_search_by_terms on file_search using gin (terms);
