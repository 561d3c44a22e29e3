using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>The tier's connection, and the beat that keeps every shard listening.</summary>
internal sealed class TierLink : IDisposable
{
    private const int ClusterShards = 16;
    private const double MostSilentMilliseconds = 1_500;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(50);
    private readonly TierContext _tier;
    private readonly ConfigurationOptions? _configuration;
    private readonly IConnectionMultiplexer? _shared;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _wanted = new(0);
    private readonly ITimer _timer;
    private readonly List<ChannelMessageQueue> _channels = [];
    private readonly TaskCompletionSource<Shard[]?> _firstTry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Shard[]? _shards;
    private volatile IConnectionMultiplexer? _servers;
    private Task _anew = Task.CompletedTask;
    private int _isStarted;

    public TierLink(TierContext tier, IConnectionMultiplexer? shared)
    {
        _tier = tier;
        _shared = shared;
        _configuration = shared is null ? FailingFast(tier.Options) : null;
        _tier.Wanted = Want;
        _timer = tier.Time.CreateTimer(
            static state => ((TierLink)state!).Want(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan
        );
    }

    /// <summary>The shards; null before Redis was reached for the first time, for a cluster has more of them.</summary>
    public Shard[]? Shards => _shards;

    /// <summary>The shards once they tried to listen; null if the first try to connect failed, whatever later ones do.</summary>
    public Task<Shard[]?> FirstTry => _firstTry.Task;

    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 0)
        {
            _ = Task.Run(RunAsync);
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _timer.Dispose();
        _tier.Wanted = null;
        foreach (var shard in _shards ?? [])
        {
            shard.Dispose();
        }

        if (_servers is { } servers)
        {
            Detach(servers);
            if (_shared is null)
            {
                servers.Dispose();
                return;
            }

            foreach (var channel in _channels)
            {
                channel.Unsubscribe(CommandFlags.FireAndForget);
            }
        }
    }

    /// <summary>What makes a Redis that is away be noticed at once, and one that is back be used within a second.</summary>
    private static ConfigurationOptions FailingFast(RedisTierOptions options)
    {
        var configuration =
            options.ConfigurationOptions?.Clone() ?? ConfigurationOptions.Parse(options.Configuration ?? "");
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.HeartbeatInterval = TimeSpan.FromMilliseconds(100);
        configuration.ReconnectRetryPolicy = new LinearRetry(100);
        configuration.ConnectTimeout = Math.Min(configuration.ConnectTimeout, 1_000);
        configuration.AsyncTimeout = 1_000 + (2 * (int)options.CommandTimeout.TotalMilliseconds); // Behind the tier's own.
        configuration.KeepAlive = 1;
        configuration.TieBreaker = "";
        configuration.ConfigurationChannel = "";
        return configuration;
    }

    private async Task RunAsync()
    {
        try
        {
            var servers = await ConnectAsync().ConfigureAwait(false);
            var shards = Divide(servers);
            Listen(servers, shards);
            _tier.Telling.Expect(shards);
            _shards = shards;
            var answered = _tier.Clock.Local();
            while (true)
            {
                await Task.WhenAll(shards.Select(s => s.TendAsync(_end.Token))).ConfigureAwait(false);
                if (_firstTry.TrySetResult(shards))
                {
                    _tier.Begin();
                }

                if (!IsSilent(shards))
                {
                    answered = _tier.Clock.Local();
                }
                else if (_shared is null && _tier.Clock.Local() - answered > MostSilentMilliseconds)
                {
                    answered = _tier.Clock.Local();
                    StartAnew(shards);
                }

                var isWhole = shards.All(static s => s.View is not null);
                await RestAsync(isWhole ? _tier.Options.HeartbeatInterval : Retry).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task<IConnectionMultiplexer> ConnectAsync()
    {
        IConnectionMultiplexer? servers = _shared;
        while (true)
        {
            try
            {
                servers ??= await ConnectionMultiplexer.ConnectAsync(_configuration!).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // Tried again, whatever it was: what ended this loop would end the tier for good.
            }

            if (servers is not null && _servers is null)
            {
                _servers = servers;
                _tier.At(servers);
                servers.ConnectionFailed += OnFailed;
                servers.ConnectionRestored += OnRestored;
                if (_end.IsCancellationRequested)
                {
                    Dispose(); // It was disposed while this connected.
                }
            }

            if (servers is { IsConnected: true })
            {
                return servers;
            }

            _firstTry.TrySetResult(null);
            await RestAsync(Retry).ConfigureAwait(false);
        }
    }

    private Shard[] Divide(IConnectionMultiplexer servers)
    {
        var isCluster = servers
            .GetServers()
            .Any(static s => s is { IsConnected: true, ServerType: ServerType.Cluster });
        var shards = new Shard[_tier.Options.Shards ?? (isCluster ? ClusterShards : 1)];
        var node = _tier.NodeText;
        for (var i = 0; i < shards.Length; i++)
        {
            var names = new ShardNames(_tier.Options.Prefix, _tier.Name, i, node);
            var clock = i == 0 ? _tier.Clock : new TierClock(_tier.Time);
            shards[i] = new Shard(_tier, names, clock, servers.GetDatabase());
        }

        return shards;
    }

    private void Listen(IConnectionMultiplexer servers, Shard[] shards)
    {
        var subscriber = servers.GetSubscriber();
        foreach (var shard in shards)
        {
            shard.Database = servers.GetDatabase();
            var channel = subscriber.Subscribe(RedisChannel.Literal(shard.Names.Channel), CommandFlags.FireAndForget);
            channel.OnMessage(m => shard.Hear(((ReadOnlyMemory<byte>)m.Message).Span));
            _channels.Add(channel);
        }
    }

    /// <summary>
    /// A connection whose other end is gone looks whole for minutes. A second one is tried beside it, and takes its place
    /// if it stands while the first is still silent.
    /// </summary>
    private void StartAnew(Shard[] shards)
    {
        if (_anew.IsCompleted)
        {
            _anew = Task.Run(() => ConnectAnewAsync(shards));
        }
    }

    private async Task ConnectAnewAsync(Shard[] shards)
    {
        ConnectionMultiplexer fresh;
        try
        {
            fresh = await ConnectionMultiplexer.ConnectAsync(_configuration!).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            return; // Tried again while the first is silent.
        }

        if (!fresh.IsConnected || !IsSilent(shards) || _end.IsCancellationRequested)
        {
            await fresh.DisposeAsync().ConfigureAwait(false);
            return;
        }

        var old = _servers!;
        Detach(old);
        _servers = fresh;
        fresh.ConnectionFailed += OnFailed;
        fresh.ConnectionRestored += OnRestored;
        OnFailed(null, null); // Nothing of the old one counts, a probe under way neither.
        _channels.Clear();
        Listen(fresh, shards);
        Want();
        await old.DisposeAsync().ConfigureAwait(false);
        if (_end.IsCancellationRequested)
        {
            await fresh.DisposeAsync().ConfigureAwait(false); // The tier was disposed meanwhile.
        }
    }

    private void Detach(IConnectionMultiplexer servers)
    {
        servers.ConnectionFailed -= OnFailed;
        servers.ConnectionRestored -= OnRestored;
    }

    private static bool IsSilent(Shard[] shards) => shards.All(static s => s.View is null);

    private async Task RestAsync(TimeSpan most)
    {
        _timer.Change(most, Timeout.InfiniteTimeSpan);
        await _wanted.WaitAsync(_end.Token).ConfigureAwait(false);
    }

    private void Want()
    {
        if (_wanted.CurrentCount == 0)
        {
            _wanted.Release();
        }
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs? e)
    {
        foreach (var shard in _shards ?? [])
        {
            shard.Lose();
        }
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs e) => Want();
}
