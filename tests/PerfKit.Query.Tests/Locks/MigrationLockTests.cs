using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace PerfKit.Query.Tests.Locks;

/// <summary>What every engine's lock keeps to.</summary>
public sealed class MigrationLockTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(60);

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Eight_runners_at_once_never_overlap(string name)
    {
        await using var engine = await MigrationLockEngine.CreateAsync(name);
        var inside = 0;
        var done = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => RunAsync(engine.Runner()))));

        done.Should().Be(24);

        async Task RunAsync(IMigrationLock migrations)
        {
            for (var round = 0; round < 3; round++)
            {
                await using var held = await migrations.AcquireAsync(Patient, CancellationToken.None);
                Interlocked.Increment(ref inside).Should().Be(1);
                for (var i = 0; i < 100; i++)
                {
                    await Task.Yield();
                }

                Interlocked.Decrement(ref inside).Should().Be(0);
                Interlocked.Increment(ref done);
            }
        }
    }

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task The_lock_of_a_killed_holder_is_free_again(string name)
    {
        await using var engine = await MigrationLockEngine.CreateAsync(name);
        var migrations = engine.Runner();
        using var holder = StartHolder(engine);
        (await holder.StandardOutput.ReadLineAsync()).Should().Be("held");
        var whileHeld = () => migrations.AcquireAsync(TimeSpan.Zero, CancellationToken.None).AsTask();
        await whileHeld.Should().ThrowAsync<TimeoutException>();

        holder.Kill();
        await holder.WaitForExitAsync();

        await using var held = await migrations.AcquireAsync(Patient, CancellationToken.None);
    }

    [SkippableTheory]
    [InlineData("sqlite", "process * (*) on * since 20*Z.")]
    [InlineData("postgresql", "server process * (application '*', from *, connected since 20*Z).")]
    public async Task AcquireAsync_that_times_out_says_who_holds_it(string name, string holder)
    {
        await using var engine = await MigrationLockEngine.CreateAsync(name);
        await using var held = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);

        var acquire = () =>
            engine.Runner().AcquireAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None).AsTask();

        await acquire
            .Should()
            .ThrowAsync<TimeoutException>()
            .WithMessage($"The migration lock was not free within 0.05 s; it is held by {holder}");
    }

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Disposing_gives_the_lock_back_once(string name)
    {
        await using var engine = await MigrationLockEngine.CreateAsync(name);
        var first = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        await first.DisposeAsync();

        await using var second = await engine.Runner().AcquireAsync(Patient, CancellationToken.None);
        await first.DisposeAsync();

        var third = () => engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None).AsTask();
        await third.Should().ThrowAsync<TimeoutException>();
    }

    [SkippableTheory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Cancelling_ends_the_wait_and_takes_nothing(string name)
    {
        await using var engine = await MigrationLockEngine.CreateAsync(name);
        var held = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        using var leaving = new CancellationTokenSource();
        var waiting = engine.Runner().AcquireAsync(Patient, leaving.Token).AsTask();

        await leaving.CancelAsync();

        var wait = () => waiting;
        await wait.Should().ThrowAsync<OperationCanceledException>();
        await held.DisposeAsync();
        await using var next = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
    }

    [Fact]
    public async Task AcquireAsync_asks_again_at_least_every_half_second()
    {
        await using var engine = await MigrationLockEngine.CreateAsync("sqlite");
        var clock = new PausingClock();
        var held = await engine.Runner().AcquireAsync(TimeSpan.Zero, CancellationToken.None);
        var waiting = engine.Runner(clock).AcquireAsync(Patient, CancellationToken.None).AsTask();
        for (var i = 0; i < 20; i++)
        {
            (await clock.Paused.WaitAsync(Patient)).Should().BeTrue("it asked, and pauses");
            clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        (await clock.Paused.WaitAsync(Patient)).Should().BeTrue();
        waiting.IsCompleted.Should().BeFalse();
        await held.DisposeAsync();
        clock.Advance(TimeSpan.FromMilliseconds(500));

        await using var acquired = await waiting.WaitAsync(Patient);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(86_400_001)]
    public async Task AcquireAsync_refuses_a_timeout_out_of_range(long milliseconds)
    {
        await using var engine = await MigrationLockEngine.CreateAsync("sqlite");

        var acquire = () =>
            engine.Runner().AcquireAsync(TimeSpan.FromMilliseconds(milliseconds), CancellationToken.None).AsTask();

        await acquire.Should().ThrowAsync<ArgumentOutOfRangeException>();
    }

    private static Process StartHolder(MigrationLockEngine engine)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { "exec", typeof(MigrationLockTests).Assembly.Location, engine.Name, engine.Database },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
    }

    /// <summary>Tells of each pause that begins: time that passes before it would pass unheard.</summary>
    private sealed class PausingClock : FakeTimeProvider
    {
        public SemaphoreSlim Paused { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Paused.Release();
            return timer;
        }
    }
}
