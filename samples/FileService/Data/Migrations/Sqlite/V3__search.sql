-- Holds tokens only; the texts lie in content_texts. "ascii" splits at spaces alone for our tokens, so both engines
-- and the naive search agree on what a word is. Short prefixes have an index of their own: the last word of a query is a
-- prefix, and 'a*' would otherwise merge the lists of every term that begins with it.
create virtual table file_search using fts5 (
    path_terms, text_terms, tokenize = 'ascii', content = '', contentless_delete = 1, prefix = '1 2'
);
