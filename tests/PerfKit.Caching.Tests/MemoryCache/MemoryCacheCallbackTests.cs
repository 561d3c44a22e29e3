using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Caching.Tests;

/// <summary>Tokens and callbacks as documented for IMemoryCache, for both caches.</summary>
public sealed class MemoryCacheCallbackTests
{
    private readonly FakeTimeProvider _clock = new();

    public static TheoryData<string> Both => MemoryCaches.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Remove_tells_Removed(string kind)
    {
        using var cache = Create(kind);
        var gone = cache.PutWatched("key", 1);

        cache.Remove("key");
        cache.Remove("none");

        cache.Has("key").Should().BeFalse();
        (await gone).Should().Be(("key", 1, EvictionReason.Removed));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_new_entry_of_the_key_tells_the_old_one_Replaced(string kind)
    {
        using var cache = Create(kind);
        var gone = cache.PutWatched("key", "old");

        cache.Set("key", "new");

        (await gone).Should().Be(("key", "old", EvictionReason.Replaced));
        cache.Get("key").Should().Be("new");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_token_that_fires_takes_the_entry_out_without_a_read(string kind)
    {
        using var cache = Create(kind);
        using var source = new CancellationTokenSource();
        var gone = cache.PutWatched("key", 1, e => e.AddExpirationToken(new CancellationChangeToken(source.Token)));
        cache.Has("key").Should().BeTrue();

        await source.CancelAsync();

        (await gone).Should().Be(("key", 1, EvictionReason.TokenExpired));
        cache.Has("key").Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_token_without_callbacks_is_asked_on_reads_which_miss(string kind)
    {
        using var cache = Create(kind);
        var token = new Token { ActiveChangeCallbacks = false };
        var gone = cache.PutWatched("key", 1, e => e.AddExpirationToken(token));
        cache.Has("key").Should().BeTrue();

        token.HasChanged = true;

        cache.Has("key").Should().BeFalse();
        (await gone).Should().Be(("key", 1, EvictionReason.TokenExpired));
        token.Registered.Should().Be(0);
        var seen = cache.GetCurrentStatistics()!;
        (seen.TotalHits, seen.TotalMisses, seen.CurrentEntryCount).Should().Be((1, 1, 0));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_token_that_fired_before_the_commit_keeps_the_entry_out(string kind)
    {
        using var cache = Create(kind);
        var old = cache.PutWatched("key", "old");

        var gone = cache.PutWatched(
            "key",
            1,
            e => e.AddExpirationToken(new CancellationChangeToken(new CancellationToken(true)))
        );

        cache.Has("key").Should().BeFalse();
        (await gone).Should().Be(("key", 1, EvictionReason.TokenExpired));
        (await old).Reason.Should().Be(EvictionReason.Replaced);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_late_callback_of_a_token_leaves_a_newer_entry_alone(string kind)
    {
        using var cache = Create(kind);
        var token = new Token { IgnoresDisposal = true };
        var old = cache.PutWatched("key", "old", e => e.AddExpirationToken(token));
        cache.Set("key", "new");
        (await old).Reason.Should().Be(EvictionReason.Replaced);
        var end = cache.PutWatched("other", 1);

        token.Fire();

        cache.Remove("other");
        await end;
        cache.Get("key").Should().Be("new");
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task An_entry_that_left_lets_go_of_its_tokens(string kind)
    {
        using var cache = Create(kind);
        var token = new Token();
        var gone = cache.PutWatched("key", 1, e => e.AddExpirationToken(token).AddExpirationToken(token));
        token.Registered.Should().Be(2);

        cache.Remove("key");
        await gone;

        token.Registered.Should().Be(0);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_callback_that_throws_is_logged_and_the_others_run(string kind)
    {
        var log = new FaultLog();
        using var cache = MemoryCaches.Create(kind, _clock, loggers: log);
        var gone = cache.PutWatched(
            "key",
            1,
            static e => e.RegisterPostEvictionCallback(static (_, _, _, _) => throw new FormatException("bad"))
        );

        cache.Remove("key");

        (await gone).Reason.Should().Be(EvictionReason.Removed);
        log.Faults.Should().ContainSingle().Which.Should().BeOfType<FormatException>();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_callback_gets_its_state_on_another_thread(string kind)
    {
        using var cache = Create(kind);
        var told = new TaskCompletionSource<(object?, int)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using (var entry = cache.CreateEntry("key"))
        {
            entry.Value = 1;
            entry.RegisterPostEvictionCallback(
                (_, _, _, state) => told.SetResult((state, Environment.CurrentManagedThreadId)),
                "state"
            );
        }

        var remover = 0;
        var thread = new Thread(() =>
        {
            remover = Environment.CurrentManagedThreadId;
            cache.Remove("key");
        });
        thread.Start();
        thread.Join();

        var (given, caller) = await told.Task;
        given.Should().Be("state");
        caller.Should().NotBe(remover);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task A_callback_may_put_the_key_again(string kind)
    {
        using var cache = Create(kind);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cache.Put(
            "key",
            1,
            e =>
                e.RegisterPostEvictionCallback(
                    (key, _, _, _) =>
                    {
                        cache.Set(key, 2);
                        done.SetResult();
                    }
                )
        );

        cache.Remove("key");

        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        cache.Get("key").Should().Be(2);
    }

    private IMemoryCache Create(string kind) => MemoryCaches.Create(kind, _clock);

    private sealed class Token : IChangeToken
    {
        private readonly List<(Action<object?> Callback, object? State)> _callbacks = [];
        private int _registered;

        public bool HasChanged { get; set; }

        public bool ActiveChangeCallbacks { get; init; } = true;

        public bool IgnoresDisposal { get; init; }

        public int Registered => Volatile.Read(ref _registered);

        public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
        {
            Interlocked.Increment(ref _registered);
            _callbacks.Add((callback, state));
            return new Registration(this);
        }

        public void Fire()
        {
            foreach (var (callback, state) in _callbacks)
            {
                callback(state);
            }
        }

        private sealed class Registration(Token token) : IDisposable
        {
            public void Dispose() => Interlocked.Decrement(ref token._registered);
        }
    }

    private sealed class FaultLog : ILoggerFactory, ILogger
    {
        public List<Exception> Faults { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (logLevel == LogLevel.Error)
            {
                Faults.Add(exception!);
            }
        }

        public void Dispose() { }
    }
}
