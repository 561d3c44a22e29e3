using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests.Contract;

public sealed class ContentStoreContractTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public static IEnumerable<object[]> Cases =>
        from store in new[] { "local", "durable", "shared", "memory" }
        from rule in ContentStoreContract.Rules
        select new object[] { store, rule.Name };

    public static IEnumerable<object[]> Names => ContentStoreContract.Rules.Select(rule => new object[] { rule.Name });

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Every_store_keeps_every_rule(string store, string rule) => Find(rule).CheckAsync(Open(store));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_store_that_breaks_a_rule_is_found_out(string rule)
    {
        var check = () => Find(rule).CheckAsync(FlawedStores.ByRule[rule]());

        await check.Should().ThrowAsync<ContentStoreContractException>().WithMessage($"The store breaks '{rule}': *");
    }

    private static ContentStoreRule Find(string name) => ContentStoreContract.Rules.Single(rule => rule.Name == name);

    private IContentStore Open(string name) =>
        name switch
        {
            "memory" => new MemoryContentStore(),
            "shared" => new SharedRoot(OpenLocal(durable: false), OpenLocal(durable: false)),
            _ => OpenLocal(durable: name == "durable"),
        };

    private LocalContentStore OpenLocal(bool durable) =>
        new(new LocalContentStoreOptions { Root = _folder.File("made/here"), Durable = durable });

    /// <summary>Two stores over one root, as in two processes: each content written by one is read and deleted by the other.</summary>
    private sealed class SharedRoot(IContentStore first, IContentStore second) : StoreDecorator(first)
    {
        public override ValueTask<ContentReader?> OpenReadAsync(ContentHash hash, CancellationToken ct) =>
            second.OpenReadAsync(hash, ct);

        public override ValueTask<bool> DeleteAsync(ContentHash hash, DateTimeOffset? since, CancellationToken ct) =>
            second.DeleteAsync(hash, since, ct);
    }
}
