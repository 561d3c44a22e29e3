using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Contents;

public sealed class ContentCacheAllocationTests
{
    private const int Reads = 10_000;

    [Fact]
    public void TryGet_and_Dispose_of_the_lease_does_not_allocate()
    {
        using var cache = TestContent.Cache();
        cache.TryPut(TestContent.Key(1), TestContent.Bytes(1, 64 * 1024));

        Measure(() => Hit(cache)).Should().Be(0);
    }

    [Fact]
    public void TryGet_of_an_absent_content_does_not_allocate()
    {
        using var cache = TestContent.Cache();

        Measure(() => cache.TryGet(TestContent.Key(1), out _)).Should().Be(0);
    }

    [Fact]
    public void TryPut_allocates_a_few_small_objects_and_never_the_bytes()
    {
        using var cache = TestContent.Cache();
        var bytes = TestContent.Bytes(1, 64 * 1024);
        var id = 0;

        (Measure(() => cache.TryPut(TestContent.Key(id++), bytes)) / Reads).Should().BeLessThan(512);
    }

    private static void Hit(ContentCache cache)
    {
        cache.TryGet(TestContent.Key(1), out var lease);
        if (lease.Content.FirstSpan.Length != 64 * 1024)
        {
            throw new InvalidOperationException("The content is one block.");
        }

        lease.Dispose();
    }

    private static long Measure(Action run) =>
        Allocated.Least(() =>
        {
            for (var i = 0; i < Reads; i++)
            {
                run();
            }
        });
}
