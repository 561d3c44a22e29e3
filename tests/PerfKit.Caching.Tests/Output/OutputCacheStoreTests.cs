using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace PerfKit.Caching.Tests.Output;

public sealed class OutputCacheStoreTests : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly KeptLog<OutputCacheStoreTests> _log = new();
    private readonly ServiceProvider _services;
    private readonly IOutputCacheBufferStore _store;

    public OutputCacheStoreTests()
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(_log));
        services.AddSingleton<TimeProvider>(_time);
        services.AddPerfKitOutputCache(static o => o.MaximumPayloadBytes = 1_000);
        _services = services.BuildServiceProvider();
        _store = (IOutputCacheBufferStore)_services.GetRequiredService<IOutputCacheStore>();
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task What_the_caller_writes_into_its_buffer_afterwards_is_not_kept()
    {
        byte[] array = [1, 2, 3];
        byte[] buffer = [4, 5, 6];
        await _store.SetAsync("array", array, null, Minute, default);
        await _store.SetAsync("buffer", new ReadOnlySequence<byte>(buffer), default, Minute, default);

        array[0] = buffer[0] = 99;

        (await _store.GetAsync("array", default)).Should().Equal(1, 2, 3);
        (await _store.GetAsync("buffer", default)).Should().Equal(4, 5, 6);
    }

    [Fact]
    public async Task A_response_in_pieces_is_kept_whole()
    {
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16));
        var whole = new byte[700];
        Random.Shared.NextBytes(whole);
        foreach (var piece in whole.Chunk(50))
        {
            await pipe.Writer.WriteAsync(piece);
        }

        var read = await pipe.Reader.ReadAsync();
        read.Buffer.IsSingleSegment.Should().BeFalse();
        await _store.SetAsync("key", read.Buffer, default, Minute, default);

        (await _store.GetAsync("key", default)).Should().Equal(whole);
    }

    [Fact]
    public async Task A_hit_hands_out_the_kept_array_and_does_not_allocate()
    {
        await _store.SetAsync("key", new byte[1_000], null, Minute, default);
        var first = await _store.GetAsync("key", default);

        var completed = true;
        var bytes = Allocated.Least(() => completed &= IsDone(_store.GetAsync("key", default)));
        completed.Should().BeTrue();

        (await _store.GetAsync("key", default)).Should().BeSameAs(first);
        bytes.Should().Be(0);
    }

    [Fact]
    public async Task TryGetAsync_writes_the_response_into_the_pipe_and_says_so()
    {
        await _store.SetAsync("key", [1, 2, 3], null, Minute, default);
        var pipe = new Pipe();

        (await _store.TryGetAsync("absent", pipe.Writer, default)).Should().BeFalse();
        (await _store.TryGetAsync("key", pipe.Writer, default)).Should().BeTrue();
        await pipe.Writer.CompleteAsync();

        (await pipe.Reader.ReadAsync()).Buffer.ToArray().Should().Equal(1, 2, 3);
    }

    [Fact]
    public async Task A_response_is_kept_until_the_end_of_its_time_and_no_longer()
    {
        await _store.SetAsync("short", [1], null, TimeSpan.FromSeconds(10), default);
        await _store.SetAsync("endless", [2], null, TimeSpan.MaxValue, default);

        _time.Advance(TimeSpan.FromSeconds(9.9));
        (await _store.GetAsync("short", default)).Should().Equal(1);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        (await _store.GetAsync("short", default)).Should().BeNull();
        _time.Advance(TimeSpan.FromDays(3_000));
        (await _store.GetAsync("endless", default)).Should().Equal(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_response_without_time_is_not_kept_and_what_was_there_leaves(int seconds)
    {
        await _store.SetAsync("key", [1], null, Minute, default);

        await _store.SetAsync("key", [2], null, TimeSpan.FromSeconds(seconds), default);

        (await _store.GetAsync("key", default)).Should().BeNull();
    }

    [Fact]
    public async Task Any_text_is_a_tag_and_evicts_what_bears_it_alone()
    {
        string[] tags = ["plain", "", "*", "**", "\0", "\0*", "two words", "a:b", "ü"];
        foreach (var tag in tags)
        {
            await _store.SetAsync("of " + tag, [1], [tag, tag], Minute, default);
        }

        await _store.SetAsync("none", [1], [], Minute, default);

        foreach (var tag in tags)
        {
            (await _store.GetAsync("of " + tag, default)).Should().NotBeNull($"'{tag}' was not evicted yet");
            await _store.EvictByTagAsync(tag, default);
            (await _store.GetAsync("of " + tag, default)).Should().BeNull($"'{tag}' was evicted");
        }

        (await _store.GetAsync("none", default)).Should().NotBeNull();
    }

    [Fact]
    public async Task The_callers_array_of_tags_is_its_own_when_the_call_returns()
    {
        string[] lent = ["first", "second"];
        await _store.SetAsync("key", new ReadOnlySequence<byte>([1]), lent.AsMemory(0, 1), Minute, default);

        lent[0] = "third";
        await _store.EvictByTagAsync("second", default);
        await _store.EvictByTagAsync("third", default);
        (await _store.GetAsync("key", default)).Should().NotBeNull();
        await _store.EvictByTagAsync("first", default);

        (await _store.GetAsync("key", default)).Should().BeNull();
    }

    [Fact]
    public async Task What_is_null_and_must_not_be_is_named()
    {
        Func<Task>[] calls =
        [
            async () => await _store.GetAsync(null!, default),
            async () => await _store.TryGetAsync(null!, new Pipe().Writer, default),
            async () => await _store.SetAsync(null!, [1], null, Minute, default),
            async () => await _store.SetAsync("key", (byte[])null!, null, Minute, default),
            async () => await _store.SetAsync("key", [1], [null!], Minute, default),
            async () => await _store.EvictByTagAsync(null!, default),
        ];
        foreach (var call in calls)
        {
            await call.Should().ThrowAsync<ArgumentException>();
        }
    }

    [Fact]
    public async Task A_key_as_long_as_ASP_NET_makes_them_is_kept_and_a_longer_one_harms_nothing()
    {
        var usual =
            $"GET\u001EHTTPS\u001EHOST/{new string('P', 8_000)}\u001EH\u001EAccept={new string('a', 32_000)}\u001F";
        var longer = usual + new string('v', 40_000);
        await _store.SetAsync(usual, [1], null, Minute, default);
        await _store.SetAsync(longer, [2], null, Minute, default);

        (await _store.GetAsync(usual, default)).Should().Equal(1);
        (await _store.GetAsync(longer, default)).Should().BeNull();
    }

    [Fact]
    public async Task A_response_beyond_MaximumPayloadBytes_is_not_kept_and_what_was_there_leaves()
    {
        await _store.SetAsync("key", [1], null, Minute, default);

        await _store.SetAsync("key", new byte[1_001], null, Minute, default);

        (await _store.GetAsync("key", default)).Should().BeNull();
        _log.Lines.Should()
            .Contain(
                "Warning: The response of 'key' is not kept: it has 1001 bytes, more than 1000 (MaximumPayloadBytes of TieredCacheOptions 'output')."
            );
    }

    private static bool IsDone(ValueTask<byte[]?> call) => call.IsCompletedSuccessfully;
}
