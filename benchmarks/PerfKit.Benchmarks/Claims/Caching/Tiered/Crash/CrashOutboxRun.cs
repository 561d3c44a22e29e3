using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using PerfKit.TestKit;
using PerfKit.TestKit.Faults;
using PerfKit.TestKit.Load;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Crash;

/// <summary>
/// Two instances of the file service, one of which is killed each round and replaced by one that starts meanwhile: it finds in
/// Redis, the other in its memory, what the dead one did not remove.
/// </summary>
internal sealed class CrashOutboxRun : IAsyncDisposable
{
    private static readonly TimeSpan RelayLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly TempFolder _folder;
    private readonly RedisServer _redis;
    private readonly NpgsqlDataSource _database;
    private readonly ServiceStart _start;
    private readonly ServiceProcess _other;
    private readonly CrashFiles _files;
    private readonly CrashAudit _audit;
    private Victim _victim;
    private int _writes;

    private CrashOutboxRun(
        TempFolder folder,
        RedisServer redis,
        NpgsqlDataSource database,
        ServiceStart start,
        (ServiceProcess Other, Victim Victim) instances,
        CrashFiles files
    )
    {
        (_folder, _redis, _database, _start, _files) = (folder, redis, database, start, files);
        (_other, _victim) = instances;
        _audit = new CrashAudit(files, database);
    }

    public List<string> Stale { get; } = [];

    public int KillsWithNotes { get; private set; }

    public long Notes { get; private set; }

    public int Writes => _writes;

    public long Answers => _audit.Answers;

    public static async Task<CrashOutboxRun> StartAsync()
    {
        var folder = new TempFolder();
        var redis = await RedisServer.StartPrivateAsync();
        var postgreSql = await (await PostgreSqlServer.SharedAsync()).CreateDatabaseAsync();
        var start = new ServiceStart(folder.Path)
        {
            PostgreSql = postgreSql,
            Arguments = [.. ServiceStart.Unlimited, $"--ConnectionStrings:redis={redis.ConnectionString}"],
        };
        var victim = Victim.StartAsync(start, redis);
        var other = await ServiceProcess.StartAsync(start);
        using var made = await other.Client.PostAsJsonAsync("/workspaces", new { name = "crash" });
        var workspace = await made.Content.ReadFromJsonAsync<JsonElement>();
        var files = new CrashFiles(workspace.GetProperty("id").GetString()!);
        await files.FillAsync(other.Client);
        var database = NpgsqlDataSource.Create(postgreSql);
        return new CrashOutboxRun(folder, redis, database, start, (other, await victim), files);
    }

    /// <summary>Everything is cached on both; writes; a kill; the notes are relayed; both are audited.</summary>
    public async Task RoundAsync(int seed, KillKind kind, CancellationToken ct)
    {
        var next = Victim.StartAsync(_start, _redis); // Takes a second, as long as the rest of the round.
        await _audit.ReadAllAsync(_victim.Service, ct);
        await _audit.ReadAllAsync(_other, ct);
        await WriteAndKillAsync(seed, kind, ct);
        var notes = await CountNotesAsync(ct);
        KillsWithNotes += notes > 0 ? 1 : 0;
        Notes += notes;
        await _victim.DisposeAsync();
        _victim = await next;
        await WaitForRelayAsync(ct);
        foreach (var service in new[] { _other, _victim.Service })
        {
            var found = await _audit.FindStaleAsync(service, ct);
            Stale.AddRange(found.Select(stale => $"round {seed}, {kind}: {stale}"));
        }

        await _audit.ForgetRemovedAsync(ct);
    }

    /// <summary>A trigger that keeps notes out: what a service without an outbox would do.</summary>
    public async Task SwallowNotesAsync(bool isOn)
    {
        await ExecuteAsync(
            isOn
                ? """
                create function swallow() returns trigger language plpgsql as 'begin return null; end';
                create trigger swallow before insert on cache_outbox for each row execute function swallow();
                """
                : "drop trigger swallow on cache_outbox; drop function swallow()"
        );
    }

    /// <summary>Starts anew: a note that removes everything.</summary>
    public async Task ForgetAsync(CancellationToken ct)
    {
        await ExecuteAsync(
            """insert into cache_outbox (id, removed) values (gen_random_uuid(), '{"Keys":[],"Tags":["*"]}')"""
        );
        await WaitForRelayAsync(ct);
        Stale.Clear();
        (KillsWithNotes, Notes) = (0, 0);
    }

    public async ValueTask DisposeAsync()
    {
        await _victim.DisposeAsync();
        await _other.DisposeAsync();
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
        _folder.Dispose();
    }

    private async Task WriteAndKillAsync(int seed, KillKind kind, CancellationToken ct)
    {
        var dice = new Random(seed);
        var (time, answers) = (TimeSpan.FromMilliseconds(dice.Next(1, 120)), dice.Next(1, 40));
        var atAnswer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = await _audit.StateAsync(ct);
        if (kind == KillKind.BeforeRemoval)
        {
            _victim.LoseRedis();
        }

        var writing = _files.WriteAsync(
            _victim.Service,
            seed,
            () =>
            {
                Interlocked.Increment(ref _writes);
                if (Interlocked.Decrement(ref answers) == 0 && kind == KillKind.AtAnswer)
                {
                    _victim.Service.Kill();
                    atAnswer.TrySetResult();
                }
            },
            ct
        );
        switch (kind)
        {
            case KillKind.BeforeRemoval:
                while (await _audit.StateAsync(ct) == before) { }

                break;
            case KillKind.AtAnyTime:
                await Task.Delay(time, ct); // Because a kill at any time is what is tested.
                break;
            default:
                await atAnswer.Task.WaitAsync(RelayLimit, ct);
                break;
        }

        _victim.Service.Kill();
        await writing;
    }

    private async Task WaitForRelayAsync(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(RelayLimit);
        using var timer = new PeriodicTimer(Poll);
        while (await CountNotesAsync(limit.Token) > 0)
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private async Task<long> CountNotesAsync(CancellationToken ct)
    {
        await using var command = _database.CreateCommand("select count(*) from cache_outbox");
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>An instance whose connections to Redis go through a proxy of its own.</summary>
    private sealed record Victim(ServiceProcess Service, FaultProxy Proxy) : IAsyncDisposable
    {
        public static async Task<Victim> StartAsync(ServiceStart start, RedisServer redis)
        {
            var proxy = FaultProxy.Start(redis.Port);
            var own = start with
            {
                Arguments = [.. ServiceStart.Unlimited, $"--ConnectionStrings:redis=127.0.0.1:{proxy.Port}"],
            };
            return new Victim(await ServiceProcess.StartAsync(own), proxy);
        }

        /// <summary>What it sends from now on is lost, and it does not know.</summary>
        public void LoseRedis() => Proxy.HalfOpen();

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            await Proxy.DisposeAsync();
        }
    }
}
