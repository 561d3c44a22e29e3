-- Substring search is PerfKit.Query's: indexes of pg_trgm's trigrams as arrays, by this function. It names the extension's schema,
-- as the server computes indexes without a search path. SubstringSetup makes the extension before this and the indexes after it.
do $make$ begin
    execute format(
        'create function file_search_trigrams(text) returns text[] language plpgsql
            immutable strict parallel safe cost 1000 as %L',
        format(
            'begin return %s.show_trgm($1); end',
            (select extnamespace::regnamespace from pg_extension where extname = 'pg_trgm')));
end $make$;
