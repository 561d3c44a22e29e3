-- Substring search is PerfKit.Query's: the trigrams of paths and texts. SubstringSetup fills it for the files of before.
create virtual table file_search_grams using fts5 (
    title, text, tokenize = 'trigram', content = '', contentless_delete = 1, detail = none
);
