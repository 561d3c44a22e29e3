using PerfKit.Benchmarks.Claims.Streaming.Crash;

namespace PerfKit.Benchmarks.Tests.Streaming;

/// <summary>The gate kills 200 times; these few show on every test run that it is still so, and that the audit sees.</summary>
public sealed class CrashRunTests
{
    [Fact]
    public async Task Kills_of_a_server_in_its_uploads_show_no_violation()
    {
        var run = await CrashRun.RunAsync(kills: 10, hasty: false, CancellationToken.None);

        run.Violations.Should().BeEmpty();
        run.Hits.Should().BePositive("a kill that hits no upload proves nothing");
    }

    [Fact]
    public async Task Kills_of_a_server_that_writes_to_the_final_name_are_found_out()
    {
        var run = await CrashRun.RunAsync(kills: 4, hasty: true, CancellationToken.None);

        run.Violations.Should().NotBeEmpty();
    }
}
