using PerfKit.Streaming.Tests.Http.Rules;

namespace PerfKit.Streaming.Tests.Http;

/// <summary>Every row of the rules, from a store by hash and from a file by path.</summary>
public sealed class HttpRuleTests(HttpRuleTests.Servers servers) : IClassFixture<HttpRuleTests.Servers>
{
    public static TheoryData<string> Names { get; } = new(HttpRules.All.Select(rule => rule.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_content_of_a_store_keeps(string rule) =>
        (await FaultAsync(servers.Store, rule)).Should().BeNull();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_keeps(string rule) => (await FaultAsync(servers.File, rule)).Should().BeNull();

    [Fact]
    public void The_rules_have_names_of_their_own() =>
        HttpRules.All.Select(rule => rule.Name).Should().OnlyHaveUniqueItems();

    private static Task<string?> FaultAsync(RuleServer server, string rule) =>
        HttpRules.All.Single(r => r.Name == rule).FaultAsync(server.Facts);

    public sealed class Servers : IAsyncLifetime
    {
        internal RuleServer Store { get; private set; } = null!;

        internal RuleServer File { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Store = await RuleServer.StartAsync(RuleServer.Hash);
            File = await RuleServer.StartAsync(RuleServer.File);
        }

        public async Task DisposeAsync()
        {
            await Store.DisposeAsync();
            await File.DisposeAsync();
        }
    }
}
