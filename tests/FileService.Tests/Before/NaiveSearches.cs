using FileService.Before;
using FileService.Files;
using FileService.Rollout;
using PerfKit.Query;

namespace FileService.Tests.Before;

public sealed class NaiveSearches
{
    private const int Queries = 150;

    [SkippableTheory]
    [InlineData(Fixture.Engine.Sqlite)]
    [InlineData(Fixture.Engine.PostgreSql)]
    public async Task Search_of_nasty_words_finds_the_same_files_before_and_after(Fixture.Engine engine)
    {
        await using var service = await LocalService.StartAsync(engine);
        var nasty = new NastyText(seed: 7);
        await service.PutAsync(nasty.Files(120));
        var before = service.Get<NaiveFileSearcher>();
        var after = service.Get<FileSearcher>();
        var found = 0;

        for (var i = 0; i < Queries; i++)
        {
            var text = nasty.Query();
            if (!SearchQuery.TryParse(text, out var query, out _))
            {
                continue; // Cut down to a sign.
            }

            var old = await before.FindAsync(service.Workspace, query, CancellationToken.None);
            var current = await SearchAnswer.OfAsync(after, service.Workspace, query, CancellationToken.None);
            current.Partial.Should().BeFalse();
            current.Ids.Should().BeEquivalentTo(old.Select(static match => match.Id), "of the query '{0}'", text);
            found += old.Count;
        }

        found.Should().BeGreaterThan(Queries, "a comparison of empty answers says nothing");
    }

    [Fact]
    public async Task Search_in_small_pages_gives_every_match_once()
    {
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite);
        await service.PutAsync([.. Enumerable.Range(0, 23).Select(static i => ($"{i}.txt", $"common word{i}"))]);
        var searcher = service.Get<NaiveFileSearcher>();
        var query = LocalService.Query("common");
        var ids = new List<Guid>();
        string? after = null;

        do
        {
            var page = await searcher.SearchAsync(service.Workspace, query, after, 5, CancellationToken.None);
            page.Items.Should().HaveCountLessThanOrEqualTo(5);
            ids.AddRange(page.Items.Select(static item => item.Id));
            after = page.Next;
        } while (after is not null);

        ids.Should().HaveCount(23).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Search_with_a_cursor_of_another_query_is_refused()
    {
        await using var service = await LocalService.StartAsync(Fixture.Engine.Sqlite);
        await service.PutAsync([.. Enumerable.Range(0, 9).Select(static i => ($"{i}.txt", "common words"))]);
        var searcher = service.Get<NaiveFileSearcher>();
        var page = await searcher.SearchAsync(
            service.Workspace,
            LocalService.Query("common"),
            null,
            5,
            CancellationToken.None
        );

        var other = () =>
            searcher.SearchAsync(service.Workspace, LocalService.Query("words"), page.Next, 5, CancellationToken.None);

        (await other.Should().ThrowAsync<ProblemException>()).Which.Parameter.Should().Be("after");
    }
}
