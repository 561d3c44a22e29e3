using System.Text;
using Dapper;
using Npgsql;

namespace PerfKit.Query.Tests.Search;

public sealed class SearchSubstringTests
{
    public static TheoryData<string> Both => Engines.Both;

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task FindSubstring_of_any_needle_gives_what_reading_everything_gives(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        var random = new Random(9);
        for (var id = 1; id <= 120; id++)
        {
            // Texts are stored in form C, as the needle is.
            var (path, body) = (SearchText.Normalize(Naughty.Text(random)), SearchText.Normalize(Naughty.Text(random)));
            await stand.PutAsync(id, path, id % 9 == 0 ? null : body, random.Next(2) == 0 ? "a" : "b");
        }

        var found = 0;
        foreach (var text in Needles(stand, random).Concat(Naughty.Texts))
        {
            if (SearchQuery.TryParseSubstring(text, out var needle, out _))
            {
                var all = await stand.AllSubstringAsync(needle, owner: "a", limit: 7);
                all.Select(static h => h.Key).Should().Equal(Expected(stand, needle), $"'{needle}' asks for it");
                found += all.Count;
            }
        }

        found.Should().BeGreaterThan(500);
        (await stand.Connection.ExecuteScalarAsync<long>("select count(*) from docs")).Should().Be(120);
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task FindSubstring_follows_replacements_and_removals(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await stand.PutAsync(1, "one", "the zebra");
        await stand.PutAsync(2, "zebras", null);
        (await stand.AllSubstringAsync("EBR")).Select(static h => h.Key).Should().Equal(1, 2);

        await stand.PutAsync(1, "one", "the giraffe");
        (await stand.AllSubstringAsync("ebr")).Select(static h => h.Key).Should().Equal(2);
        await stand.RemoveAsync(2);
        (await stand.AllSubstringAsync("ebr")).Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Both))]
    public async Task FindSubstring_beyond_1000_matches_pages_through_a_bounded_set_and_says_so(string engine)
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await FillAsync(stand, 1_000, "alpha%beta");
        (await stand.FindSubstringAsync("pha%")).IsPartial.Should().BeFalse();

        await FillAsync(stand, 1_001, "alpha%beta");
        (await stand.FindSubstringAsync("pha%")).IsPartial.Should().BeTrue();
        var all = await stand.AllSubstringAsync("pha%", limit: 300);
        all.Count.Should().BeInRange(1_000, 1_001);
        all.Select(static h => h.Key).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        (await stand.FindSubstringAsync("a!b")).IsPartial.Should().BeFalse();
    }

    /// <summary>A needle without trigrams, and trigrams that every document has but never together: reading must end.</summary>
    [SkippableTheory]
    [InlineData("postgresql", "-.-", 4_000)]
    [InlineData("postgresql", "abcabcd", 2_000)]
    [InlineData("sqlite", "abcabcd", 5_000)]
    public async Task FindSubstring_that_no_index_narrows_reads_so_many_documents_and_says_so(
        string engine,
        string needle,
        int most
    )
    {
        await using var stand = await SearchStand.StartAsync(engine);
        await FillAsync(stand, most, "abcab bcabc cabca xbcd -.");
        (await stand.FindSubstringAsync(needle)).IsPartial.Should().BeFalse();

        await FillAsync(stand, most + 1, "abcab bcabc cabca xbcd -.");
        var hits = await stand.FindSubstringAsync(needle);
        hits.IsPartial.Should().BeTrue();
        hits.Page.Items.Should().BeEmpty();
    }

    /// <summary>Long documents with all trigrams, of which the shortest are read.</summary>
    [SkippableTheory]
    [InlineData("postgresql", "abcabcd", 2)]
    [InlineData("postgresql", "-.-", 2)]
    [InlineData("sqlite", "abcabcd", 8)]
    public async Task FindSubstring_in_long_documents_reads_so_many_bytes_and_says_so(
        string engine,
        string needle,
        int most // documents of 4 MiB
    )
    {
        await using var stand = await SearchStand.StartAsync(engine);
        var text = "abcab bcabc cabca xbcd -. " + string.Concat(Enumerable.Repeat("abcab ", (4 << 20) / 6));
        await FillAsync(stand, 1, $"abcabcd -.- {text}");
        await FillAsync(stand, most, text);
        await stand.PutAsync(100, "short", "abcabcd -.-");
        (await stand.FindSubstringAsync(needle)).IsPartial.Should().BeFalse();

        await stand.RemoveAsync(100);
        await FillAsync(stand, most + 1, text);
        await stand.PutAsync(100, "short", "abcabcd -.-");
        var hits = await stand.FindSubstringAsync(needle);
        hits.IsPartial.Should().BeTrue();
        hits.Page.Items.Select(static hit => hit.Key).Should().Equal(100);
    }

    [SkippableTheory]
    [InlineData("zzq")]
    [InlineData("alpha bet")]
    public async Task FindSubstring_on_PostgreSQL_reads_the_indexes_however_common_the_trigrams_and_the_owner(
        string needle
    )
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await FillAsync(stand, 20_000, "alpha beta");
        await stand.Connection.ExecuteAsync(
            """
            insert into docs select i, 'of ' || i, '', '' from generate_series(100001, 140000) i;
            create index on docs (owner);
            analyze docs;
            set plan_cache_mode = force_generic_plan; -- One for the average owner, who has a single document.
            select pg_stat_reset()
            """
        );

        await stand.FindSubstringAsync(needle, owner: "a");

        await stand.Connection.ExecuteAsync("select pg_stat_force_next_flush()");
        var scans = await stand.Connection.ExecuteScalarAsync<long>(
            "select sum(idx_scan)::bigint from pg_stat_user_indexes where indexrelname in ('docs_search_trigrams_1', 'docs_search_trigrams_2')"
        );
        scans.Should().Be(2);
    }

    /// <summary>What PostgreSQL keeps of a long text lies in a table of its own, whose reads it counts.</summary>
    [SkippableTheory]
    [InlineData("abcabcd")]
    [InlineData("-.-")]
    public async Task FindSubstring_on_PostgreSQL_does_not_open_the_texts_beyond_its_budget(string needle)
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        var text = "abcab bcabc cabca xbcd -. " + string.Concat(Enumerable.Repeat("abcab ", (4 << 20) / 6));
        await FillAsync(stand, 12, text);
        var pages = await stand.Connection.ExecuteScalarAsync<long>(
            "select pg_relation_size(reltoastrelid) / 8192 from pg_class where relname = 'docs'"
        );
        await stand.Connection.ExecuteAsync("select pg_stat_reset()");

        (await stand.FindSubstringAsync(needle)).IsPartial.Should().BeTrue();

        await stand.Connection.ExecuteAsync("select pg_stat_force_next_flush()");
        var read = await stand.Connection.ExecuteScalarAsync<long>(
            "select toast_blks_hit + toast_blks_read from pg_statio_user_tables where relname = 'docs'"
        );
        read.Should().BeInRange(1, pages / 2);
    }

    /// <summary>Compiling a plan takes longer than to run it, and the trigram function's declared cost is what leads there.</summary>
    [SkippableFact]
    public async Task FindSubstring_on_PostgreSQL_is_not_dear_enough_for_the_plan_to_be_compiled()
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await FillAsync(stand, 9_000, "alpha beta");
        await stand.Connection.ExecuteAsync("analyze docs");
        await stand.Connection.ExecuteAsync(
            """
            set jit_above_cost = 10000; -- A tenth, for a tenth of the 80 MB that a search is promised for.
            load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_analyze = on;
            set client_min_messages = log
            """
        );
        var plans = new List<string>();
        ((NpgsqlConnection)stand.Connection).Notice += (_, notice) => plans.Add(notice.Notice.MessageText);

        await stand.FindSubstringAsync("alpha bet");

        plans.Should().Contain(static plan => plan.Contains("docs_search_trigrams_1"));
        plans.Should().NotContain(static plan => plan.Contains("JIT:"));
    }

    /// <summary>As autovacuum analyzes, as a dump is restored, and as PostgreSQL 17 builds any index.</summary>
    [SkippableFact]
    public async Task Indexes_on_PostgreSQL_are_made_and_analyzed_without_a_search_path()
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await stand.PutAsync(1, "one", "the zebra");
        await stand.Connection.ExecuteAsync("set search_path = ''");

        var maintain = () => stand.Connection.ExecuteAsync("analyze public.docs; reindex table public.docs");

        await maintain.Should().NotThrowAsync();
    }

    /// <summary>The statistics of a text's trigrams cost what writing the index did.</summary>
    [SkippableFact]
    public async Task Analyze_on_PostgreSQL_does_not_compute_trigrams()
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await FillAsync(stand, 20, "alpha beta");
        await stand.Connection.ExecuteAsync("drop extension pg_trgm cascade");

        var analyze = () => stand.Connection.ExecuteAsync("analyze docs");

        await analyze.Should().NotThrowAsync();
    }

    [SkippableFact]
    public async Task FindSubstring_without_pg_trgm_says_how_to_get_it()
    {
        await using var stand = await SearchStand.StartAsync("postgresql");
        await stand.Connection.ExecuteAsync("drop extension pg_trgm cascade");

        var find = () => stand.FindSubstringAsync("alpha");

        await find.Should().ThrowAsync<InvalidOperationException>().WithMessage("*create extension pg_trgm*");
    }

    [SkippableFact]
    public async Task FindSubstring_of_an_SQLite_index_without_substrings_says_so()
    {
        await using var stand = await SearchStand.StartAsync("sqlite");
        var words = new SqliteSearchIndex<long>("words", "select 1 as key, 1 as scope, '' as title, '' as text");
        await stand.Connection.ExecuteAsync(words.CreateSql);
        KeysetQuery.TryCreate(words.ByKey, Keyset.Cursors.Signed(1), "", null, 1, out var page, out _);

        var find = () => words.FindSubstringAsync(stand.Connection, "alpha", page!);

        await find.Should().ThrowAsync<InvalidOperationException>().WithMessage("*'words' has no substrings*");
    }

    private static async Task FillAsync(SearchStand stand, int count, string text)
    {
        await using var transaction = await stand.Connection.BeginTransactionAsync();
        for (var id = stand.Model.Count + 1; id <= count; id++)
        {
            var document = new SearchDocument<long>(id, "a", $"doc {id}", text);
            stand.Model.Add(id, document);
            await stand.Connection.ExecuteAsync(
                "insert into docs values (@id, 'a', @path, @text)",
                new
                {
                    id,
                    path = document.Title,
                    text,
                },
                transaction
            );
            await stand.Index.PutAsync(stand.Connection, document, transaction);
        }

        await transaction.CommitAsync();
    }

    /// <summary>Pieces of the documents, of one to twelve characters.</summary>
    private static List<string> Needles(SearchStand stand, Random random)
    {
        var needles = new List<string>();
        foreach (var document in stand.Model.Values)
        {
            var runes = (document.Title + document.Text).EnumerateRunes().ToList();
            for (var i = 0; i < 3 && runes.Count > 0; i++)
            {
                var start = random.Next(runes.Count);
                var length = Math.Min(1 + random.Next(12), runes.Count - start);
                needles.Add(string.Concat(runes[start..(start + length)]));
            }
        }

        return needles;
    }

    private static IEnumerable<long> Expected(SearchStand stand, string needle) =>
        from document in stand.Model.Values
        where (string?)document.Scope == "a"
        where
            needle.EnumerateRunes().Count() < 3
                ? SearchQuery.TryParse(needle, out var query, out _) && query.Matches(document.Title, document.Text)
                : Folded(document.Title).Contains(Folded(needle), StringComparison.Ordinal)
                    || Folded(document.Text ?? "").Contains(Folded(needle), StringComparison.Ordinal)
        orderby document.Key
        select document.Key;

    private static string Folded(string text)
    {
        var folded = new StringBuilder(text);
        for (var c = 'A'; c <= 'Z'; c++)
        {
            folded.Replace(c, (char)(c | 0x20));
        }

        return folded.ToString();
    }
}
