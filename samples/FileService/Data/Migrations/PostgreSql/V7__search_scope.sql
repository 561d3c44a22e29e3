-- A repair takes the entry of a missing file before it reads the file, and knows its scope only then.
alter table file_search alter column scope drop not null;
