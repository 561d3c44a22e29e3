using PerfKit.Benchmarks.HitRatio;

namespace PerfKit.Benchmarks.Tests.HitRatio;

public sealed class RatiosCommandTests
{
    [Theory]
    [InlineData("--trace", "/no/such/file")]
    [InlineData("--trace")]
    [InlineData("--capacity", "0")]
    [InlineData("--capacity", "many")]
    [InlineData("--capacity", "3000000000")]
    [InlineData("--load", "no-such-load")]
    [InlineData("--no-such-option")]
    public async Task RunAsync_with_arguments_that_make_no_sense_exits_2(params string[] args) =>
        (await RatiosCommand.RunAsync(args)).Should().Be(2);
}
