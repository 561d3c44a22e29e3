using System.Collections.Concurrent;

namespace PerfKit.Query.Tests.Batch;

public sealed class BatchLoaderTests
{
    private readonly ConcurrentQueue<IReadOnlyList<int>> _trips = [];

    [Fact]
    public async Task LoadAsync_a_hundred_times_in_one_tick_is_one_trip()
    {
        var loader = Loader();

        var values = await InOneTick(() => Enumerable.Range(0, 100).Select(i => loader.LoadAsync(i).AsTask()));

        values.Should().Equal(Enumerable.Range(0, 100).Select(i => $"v{i}"));
        _trips.Should().ContainSingle().Which.Should().HaveCount(100);
    }

    [Fact]
    public async Task LoadAsync_a_hundred_times_on_the_thread_pool_is_at_most_two_trips()
    {
        var gate = new TaskCompletionSource();
        var loader = Loader(before: _ => gate.Task);

        var loads = Enumerable.Range(0, 100).Select(i => loader.LoadAsync(i).AsTask()).ToList();
        gate.SetResult();
        await Task.WhenAll(loads);

        _trips.Should().HaveCountLessThanOrEqualTo(2);
        _trips.SelectMany(static keys => keys).Should().BeEquivalentTo(Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task LoadAsync_on_a_thread_that_ends_is_answered()
    {
        var loader = Loader();
        var loads = new Task<string?>[100];
        var thread = new Thread(() =>
        {
            for (var i = 0; i < loads.Length; i++)
            {
                loads[i] = loader.LoadAsync(i).AsTask();
            }
        });
        thread.Start();
        thread.Join();

        var values = await Task.WhenAll(loads).WaitAsync(TimeSpan.FromSeconds(30));

        values.Should().Equal(Enumerable.Range(0, 100).Select(i => $"v{i}"));
        _trips.Should().HaveCountLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task LoadAsync_on_a_thread_that_blocks_for_the_answer_gets_it()
    {
        var loader = Loader();
        var value = await Task.Factory.StartNew(
            () => loader.LoadAsync(1).AsTask().GetAwaiter().GetResult(),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );

        value.Should().Be("v1");
    }

    [Fact]
    public async Task LoadAsync_from_many_threads_asks_for_every_key_once()
    {
        var loader = Loader();

        await Parallel.ForAsync(
            0,
            10_000,
            async (i, token) => (await loader.LoadAsync(i % 500, token)).Should().Be($"v{i % 500}")
        );

        _trips.SelectMany(static keys => keys).Order().Should().Equal(Enumerable.Range(0, 500));
    }

    [Fact]
    public async Task LoadAsync_of_one_key_twice_asks_once_and_remembers()
    {
        var loader = Loader();

        await InOneTick<string?>(() => [loader.LoadAsync(1).AsTask(), loader.LoadAsync(1).AsTask()]);
        var later = loader.LoadAsync(1);

        later.IsCompletedSuccessfully.Should().BeTrue("a remembered value needs no wait");
        (await later).Should().Be("v1");
        _trips.Should().ContainSingle().Which.Should().Equal(1);
    }

    [Fact]
    public async Task LoadAsync_of_a_key_without_a_value_gives_default_and_remembers_that()
    {
        var loader = Loader();

        (await loader.LoadAsync(-1)).Should().BeNull();
        (await loader.LoadAsync(-1)).Should().BeNull();

        _trips.Should().ContainSingle();
    }

    [Fact]
    public async Task LoadManyAsync_leaves_out_keys_without_a_value()
    {
        var values = await Loader().LoadManyAsync([1, -1, 2, 1]);

        values.Should().Equal(new Dictionary<int, string> { [1] = "v1", [2] = "v2" });
        _trips.Should().ContainSingle().Which.Should().Equal(1, -1, 2);
    }

    [Fact]
    public async Task LoadManyAsync_of_no_keys_makes_no_trip()
    {
        (await Loader().LoadManyAsync([])).Should().BeEmpty();

        _trips.Should().BeEmpty();
    }

    [Fact]
    public async Task LoadManyAsync_above_the_maximum_makes_full_trips_one_after_another()
    {
        var running = 0;
        var loader = Loader(
            new BatchLoaderOptions { MaxBatch = 10 },
            async _ =>
            {
                Interlocked.Increment(ref running).Should().Be(1);
                await Task.Yield();
                Interlocked.Decrement(ref running);
            }
        );

        var values = await loader.LoadManyAsync([.. Enumerable.Range(0, 35)]);

        values.Should().HaveCount(35);
        _trips.Select(static keys => keys.Count).Should().Equal(10, 10, 10, 5);
    }

    [Fact]
    public async Task LoadAsync_while_a_trip_runs_joins_the_next_one()
    {
        var gate = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var loader = Loader(before: _ =>
        {
            started.TrySetResult();
            return gate.Task;
        });

        var first = loader.LoadAsync(1);
        await started.Task;
        var others = Enumerable.Range(2, 20).Select(i => loader.LoadAsync(i).AsTask()).ToList();
        gate.SetResult();
        await first;
        await Task.WhenAll(others);

        _trips.Select(static keys => keys.Count).Should().Equal(1, 20);
    }

    [Fact]
    public async Task A_failing_fetch_fails_its_waiters_and_is_not_remembered()
    {
        var failures = 1;
        var loader = Loader(before: _ =>
            Interlocked.Decrement(ref failures) == 0 ? throw new InvalidOperationException("down") : Task.CompletedTask
        );

        var load = () => InOneTick<string?>(() => [loader.LoadAsync(1).AsTask(), loader.LoadAsync(2).AsTask()]);

        await load.Should().ThrowAsync<InvalidOperationException>().WithMessage("down");
        (await load()).Should().Equal("v1", "v2");
    }

    [Fact]
    public async Task A_fetch_that_returns_null_fails_with_a_sentence()
    {
        var loader = new BatchLoader<int, string>((_, _) => new((IReadOnlyDictionary<int, string>)null!));

        var load = () => loader.LoadAsync(1).AsTask();

        await load.Should().ThrowAsync<InvalidOperationException>().WithMessage("*null instead of a dictionary*");
    }

    [Fact]
    public async Task Values_beyond_the_bound_are_loaded_but_not_remembered()
    {
        var loader = Loader(new BatchLoaderOptions { MaxRemembered = 2 });

        (await loader.LoadManyAsync([1, 2, 3, 4])).Should().HaveCount(4);
        await loader.LoadManyAsync([1, 2, 3, 4]);

        _trips.Last().Should().Equal(3, 4);
    }

    [Theory]
    [InlineData(0, 1, "*MaxBatch is 0; it must be 1 to 100000*")]
    [InlineData(100_001, 1, "*MaxBatch is 100001*")]
    [InlineData(1, -1, "*MaxRemembered is -1; it must be 0 to 10000000*")]
    public void Constructor_refuses_bounds_out_of_range(int maxBatch, int maxRemembered, string sentence)
    {
        var create = () => Loader(new BatchLoaderOptions { MaxBatch = maxBatch, MaxRemembered = maxRemembered });

        create.Should().Throw<ArgumentException>().WithMessage(sentence);
    }

    /// <summary>Starts the loads as one work item of a scheduler that runs one at a time, so the tick ends exactly there.</summary>
    internal static async Task<T[]> InOneTick<T>(Func<IEnumerable<Task<T>>> loads)
    {
        var scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var all = Task.Factory.StartNew(
            () => Task.WhenAll(loads()),
            CancellationToken.None,
            TaskCreationOptions.None,
            scheduler
        );
        return await all.Unwrap();
    }

    private BatchLoader<int, string> Loader(
        BatchLoaderOptions? options = null,
        Func<CancellationToken, Task>? before = null
    ) =>
        new(
            async (keys, token) =>
            {
                _trips.Enqueue(keys);
                if (before is not null)
                {
                    await before(token);
                }

                return keys.Where(static key => key >= 0).ToDictionary(static key => key, static key => $"v{key}");
            },
            options
        );
}
