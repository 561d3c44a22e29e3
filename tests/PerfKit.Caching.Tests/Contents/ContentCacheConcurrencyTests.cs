using System.IO.Pipelines;

namespace PerfKit.Caching.Tests.Contents;

/// <summary>Seeded threads that fill, lease, remove and clear; every byte that is read is held against its key.</summary>
public sealed class ContentCacheConcurrencyTests
{
    private const int Threads = 4;
    private const int Keys = 24;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_byte_of_another_content_is_ever_read_and_nothing_leaks(int seed)
    {
        var budget = new MemoryBudget(
            new MemoryBudgetOptions
            {
                LimitBytes = 2 << 20,
                MaxFreeBytes = 256 * 1024,
                HighLoadFraction = 1,
            }
        );
        var cache = new ContentCache(new ContentCacheOptions { CapacityBytes = 1 << 20 }, budget);

        await Task.WhenAll(
            Enumerable.Range(0, Threads).Select(thread => Task.Run(() => RunAsync(cache, (seed * 100) + thread)))
        );

        cache.Clear();
        await UntilFillsEndAsync(cache);
        var end = cache.GetStatistics();
        end.Should()
            .BeEquivalentTo(
                new
                {
                    HeldBytes = 0L,
                    FillingBytes = 0L,
                    Leases = 0L,
                    Contents = 0L,
                }
            );
        budget.UsedBytes.Should().Be(budget.FreeBytes);
        end.Fills.Should().BePositive();
        end.FailedFills.Should().BePositive();
        end.Hits.Should().BePositive();
    }

    [Fact]
    public async Task Dispose_under_load_ends_every_reader_with_its_bytes_or_an_exception_and_leaks_nothing()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var cache = TestContent.Cache();
            var readers = Enumerable
                .Range(0, Threads)
                .Select(thread => Task.Run(() => UntilDisposedAsync(cache, (seed * 100) + thread)))
                .ToList();
            while (cache.GetStatistics().Fills < 3)
            {
                await Task.Yield();
            }

            cache.Dispose();
            await Task.WhenAll(readers);
            await UntilFillsEndAsync(cache);

            cache
                .GetStatistics()
                .Should()
                .BeEquivalentTo(
                    new
                    {
                        HeldBytes = 0L,
                        FillingBytes = 0L,
                        Leases = 0L,
                    }
                );
        }
    }

    /// <summary>A fill whose readers were all served goes on alone, and ends soon after it was cancelled.</summary>
    private static async Task UntilFillsEndAsync(ContentCache cache)
    {
        while (cache.GetStatistics().FillingBytes > 0)
        {
            await Task.Yield();
        }
    }

    private static int LengthOf(int key) => key % 5 == 0 ? key * 11_000 : key * 700;

    private static async Task UntilDisposedAsync(ContentCache cache, int seed)
    {
        try
        {
            await RunAsync(cache, seed, steps: int.MaxValue);
        }
        catch (Exception e) when (e is ObjectDisposedException or ContentFillException)
        {
            // The cache went: that is how this ends.
        }
    }

    private static async Task RunAsync(ContentCache cache, int seed, int steps = 3_000)
    {
        var random = new Random(seed);
        var held = new Queue<(ContentLease Lease, int Key)>();
        try
        {
            for (var step = 0; step < steps; step++)
            {
                await StepAsync(cache, random, random.Next(1, Keys), held);
            }
        }
        finally
        {
            while (held.TryDequeue(out var last))
            {
                last.Lease.Dispose();
            }
        }
    }

    private static async Task StepAsync(
        ContentCache cache,
        Random random,
        int key,
        Queue<(ContentLease Lease, int Key)> held
    )
    {
        switch (random.Next(12))
        {
            case 0:
                cache.Remove(TestContent.Key(key));
                break;
            case 1 when random.Next(8) == 0:
                cache.Clear();
                break;
            case 2:
                cache.TryPut(TestContent.Key(key), TestContent.Bytes(key, LengthOf(key)));
                break;
            case < 6:
                await FillAsync(cache, random, key);
                break;
            default:
                if (cache.TryGet(TestContent.Key(key), out var lease))
                {
                    held.Enqueue((lease, key));
                }

                if (held.Count > 4)
                {
                    var (oldest, of) = held.Dequeue();
                    TestContent.FirstForeign(oldest.Content, of).Should().Be(-1);
                    var copy = oldest;
                    oldest.Dispose();
                    copy.Dispose();
                }

                break;
        }
    }

    /// <summary>A read of a random range, sometimes cancelled on the way, from a source that yields and sometimes breaks.</summary>
    private static async Task FillAsync(ContentCache cache, Random random, int key)
    {
        var length = LengthOf(key);
        var offset = random.Next(3) == 0 ? random.Next(length) : 0;
        var breaks = random.Next(10) == 0;
        using var cancel = new CancellationTokenSource();
        var read = TestContent.ReadAsync(
            cache,
            key,
            length,
            _ => new ValueTask<PipeReader>(PipeReader.Create(new YieldingStream(key, length, breaks))),
            offset,
            null,
            cancel.Token
        );
        if (random.Next(6) == 0)
        {
            await cancel.CancelAsync();
        }

        try
        {
            var (_, bytes) = await read;
            bytes.Should().HaveCount(length - offset);
            TestContent.FirstForeign(new(bytes), key, offset).Should().Be(-1);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // That is what was asked for.
        }
        catch (ContentFillException e) when (e.InnerException is IOException)
        {
            // The source broke, this reader's or the one it joined.
        }
    }

    private sealed class YieldingStream(int key, int length, bool breaks) : MemoryStream(TestContent.Bytes(key, length))
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return breaks && Position > length / 2
                ? throw new IOException("broken on purpose")
                : Read(buffer.Span[..Math.Min(buffer.Length, 5000)]);
        }
    }
}
