using FileService.Files;
using PerfKit.Query;

namespace FileService.Tests.BadInput;

public sealed class FullPool
{
    [Fact]
    public void A_full_pool_is_answered_with_503_and_when_to_come_again()
    {
        var problem = Problems.Of(new PoolFullException("full", TimeSpan.FromSeconds(2.5)));

        problem.Status.Should().Be(503);
        problem.Name.Should().Be("busy");
        problem.RetryAfterSeconds.Should().Be(3);
    }
}
