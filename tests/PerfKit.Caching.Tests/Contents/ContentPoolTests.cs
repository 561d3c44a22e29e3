using PerfKit.Caching.Internal.Contents;

namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentPoolTests
{
    private readonly MemoryAccount _account = new MemoryBudget(
        new MemoryBudgetOptions { LimitBytes = 1 << 20, HighLoadFraction = 1 }
    ).OpenAccount("a");

    [Fact]
    public void TryAcquire_of_an_object_that_began_again_as_another_content_finds_nothing()
    {
        var pool = new ContentPool(_account);
        var content = pool.TryBegin(TestContent.Key(1), 1000)!;
        content.Release();
        pool.TryBegin(TestContent.Key(2), 2000).Should().BeSameAs(content);

        content.TryAcquire(TestContent.Key(1)).Should().BeFalse("a reader that found it late asks for the first");

        content.IsLeased.Should().BeFalse();
        content.TryAcquire(TestContent.Key(2)).Should().BeTrue();
    }

    [Fact]
    public void Release_more_often_than_taken_throws()
    {
        var content = new ContentPool(_account).TryBegin(TestContent.Key(1), 1000)!;
        content.Release();

        content.Invoking(static c => c.Release()).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void TryAcquire_of_a_content_nobody_holds_finds_nothing()
    {
        var content = new ContentPool(_account).TryBegin(TestContent.Key(1), 1000)!;
        content.Release();

        content.TryAcquire(TestContent.Key(1)).Should().BeFalse();
        _account.UsedBytes.Should().Be(0);
    }
}
