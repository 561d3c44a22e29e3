-- Holds tokens only; the texts lie in content_texts. "ascii" splits at spaces alone for our tokens, so both engines
-- and the naive search agree on what a word is.
create virtual table file_search using fts5 (
    path_terms, text_terms, tokenize = 'ascii', content = '', contentless_delete = 1
);
