using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered;

/// <summary>
/// A Redis with values of one size, read by many callers at a time: through our <see cref="IBufferDistributedCache"/> into a
/// buffer each caller has, and by <c>StringGet</c> alone. Each side has a connection of its own.
/// </summary>
internal sealed class L2Sides : IAsyncDisposable
{
    private const int Callers = 64;
    private const int Keys = 256;

    private readonly RedisServer _server;
    private readonly ServiceProvider _services;
    private readonly IBufferDistributedCache _cache;
    private readonly ConnectionMultiplexer _client;
    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(static i => $"tenant-7:document-{i}")];
    private readonly ArrayBufferWriter<byte>[] _buffers;
    private readonly byte[] _value;

    private L2Sides(RedisServer server, ConnectionMultiplexer client, int valueBytes)
    {
        _server = server;
        _client = client;
        _services = new ServiceCollection()
            .AddPerfKitRedisCache(configure: o => o.Configuration = server.ConnectionString)
            .BuildServiceProvider();
        _cache = (IBufferDistributedCache)_services.GetRequiredService<IDistributedCache>();
        _buffers = [.. Enumerable.Range(0, Callers).Select(_ => new ArrayBufferWriter<byte>(valueBytes))];
        _value = new byte[valueBytes];
        new Random(1).NextBytes(_value);
    }

    public static async Task<L2Sides> StartAsync(int valueBytes, CancellationToken cancellationToken)
    {
        var server = await RedisServer.StartPrivateAsync();
        var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var sides = new L2Sides(server, client, valueBytes);
        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };
        foreach (var key in sides._keys)
        {
            await sides._cache.SetAsync(key, sides._value, options, cancellationToken);
            await client.GetDatabase().StringSetAsync(key, sides._value, TimeSpan.FromHours(1));
        }

        return sides;
    }

    /// <summary>Reads through our cache, all callers at a time.</summary>
    public Task OursAsync(int operations) => ByAllAsync(operations, ReadOursAsync);

    /// <summary>Reads by the client alone, all callers at a time.</summary>
    public Task RawAsync(int operations) => ByAllAsync(operations, ReadRawAsync);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static Task ByAllAsync(int operations, Func<int, int, Task> read) =>
        Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => read(caller, (operations + Callers - 1 - caller) / Callers))
        );

    private async Task ReadOursAsync(int caller, int operations)
    {
        var buffer = _buffers[caller];
        for (var i = 0; i < operations; i++)
        {
            buffer.ResetWrittenCount();
            Expect(await _cache.TryGetAsync(KeyOf(caller, i), buffer) ? buffer.WrittenCount : 0);
        }
    }

    private async Task ReadRawAsync(int caller, int operations)
    {
        var redis = _client.GetDatabase();
        for (var i = 0; i < operations; i++)
        {
            Expect((await redis.StringGetAsync(KeyOf(caller, i))).Length());
        }
    }

    private string KeyOf(int caller, int i) => _keys[((caller * 31) + i) % Keys];

    private void Expect(long read)
    {
        if (read != _value.Length)
        {
            throw new InvalidOperationException($"Read {read} bytes of a value of {_value.Length}.");
        }
    }
}
