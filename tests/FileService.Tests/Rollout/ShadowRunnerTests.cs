using FileService.Files;
using FileService.Rollout;

namespace FileService.Tests.Rollout;

public sealed class ShadowRunnerTests
{
    private static readonly (string, string) AllLoads = ("Shadow:Load:Share", "1");

    [Fact]
    public async Task Offer_of_sides_that_agree_counts_a_match()
    {
        await using var stand = new ShadowStand(AllLoads);

        Offer(stand, _ => Task.FromResult(1), _ => Task.FromResult(1));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "match").Should().Be(1);
    }

    [Fact]
    public async Task Offer_of_sides_that_differ_counts_a_mismatch()
    {
        await using var stand = new ShadowStand(AllLoads);

        Offer(stand, _ => Task.FromResult(1), _ => Task.FromResult(2));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "mismatch").Should().Be(1);
    }

    [Fact]
    public async Task Offer_of_sides_that_differ_once_asks_again_and_counts_a_match()
    {
        await using var stand = new ShadowStand(AllLoads);
        var asked = 0;

        Offer(stand, _ => Task.FromResult(Interlocked.Increment(ref asked)), _ => Task.FromResult(2));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "match").Should().Be(1);
        stand.Counted("load", "mismatch").Should().Be(0);
    }

    [Fact]
    public async Task Offer_of_a_side_that_throws_counts_a_mismatch()
    {
        await using var stand = new ShadowStand(AllLoads);

        Offer(stand, _ => throw new InvalidOperationException("broken"), _ => Task.FromResult(1));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "mismatch").Should().Be(1);
    }

    [Fact]
    public async Task Offer_of_sides_that_refuse_alike_counts_a_match()
    {
        await using var stand = new ShadowStand(AllLoads);

        Offer(stand, Refuse, Refuse);
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "match").Should().Be(1);
    }

    [Fact]
    public async Task Offer_of_sides_that_both_break_counts_as_failed()
    {
        await using var stand = new ShadowStand(AllLoads);

        Offer(stand, _ => throw new IOException("disk"), _ => throw new IOException("disk"));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "failed").Should().Be(1);
    }

    [Fact]
    public async Task Offer_of_a_side_that_never_answers_returns_at_once_and_ends_as_failed()
    {
        await using var stand = new ShadowStand(AllLoads);
        var begun = new TaskCompletionSource();

        Offer(
            stand,
            _ => Task.FromResult(1),
            async ct =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, ct); // Never ends by itself, because the cancellation is the test.
                return 1;
            }
        );
        await begun.Task;
        stand.Clock.Advance(TimeSpan.FromMinutes(2));
        await stand.Runner.WhenIdleAsync();

        stand.Counted("load", "failed").Should().Be(1);
    }

    [Fact]
    public async Task Dispose_ends_comparisons_that_are_under_way()
    {
        var stand = new ShadowStand(AllLoads);

        Offer(stand, WaitForever, WaitForever);
        await stand.DisposeAsync();

        stand.Counted("load", "failed").Should().Be(0);
    }

    private static async Task<int> WaitForever(CancellationToken ct)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, ct); // Never ends by itself, because the cancellation is the test.
        return 1;
    }

    private static Task<int> Refuse(CancellationToken ct) =>
        throw new ProblemException(406, "no-such-conversion", "No.");

    private static void Offer(
        ShadowStand stand,
        Func<CancellationToken, Task<int>> before,
        Func<CancellationToken, Task<int>> after
    ) => stand.Runner.Offer(Operation.Load, "a test", before, after, static (a, b) => a == b);
}
