using System.Data.Common;
using Microsoft.Extensions.Options;

namespace FileService.LivePage;

/// <summary>
/// What the page shows now, read once per interval however many pages look. A store that answers slowly is asked more
/// rarely, so that watching never costs it more than a twentieth of its time.
/// </summary>
internal sealed class LiveFeed(
    IStoreSummary store,
    MeterObserver meters,
    CompareFile compare,
    IOptions<LivePageOptions> options,
    TimeProvider clock,
    ILogger<LiveFeed> logger
) : IDisposable
{
    private const int RestFactor = 20;
    private static readonly TimeSpan StorePatience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1);
    private LiveParts? _parts;
    private StoreSummary? _store;
    private string? _storeFault;
    private long _readAt;
    private long _storeAt;
    private TimeSpan _storeTook;

    /// <summary>The rendered parts, at most one interval old.</summary>
    public async ValueTask<LiveParts> GetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_parts is null || clock.GetElapsedTime(_readAt) >= options.Value.Interval * 0.9)
            {
                await ReadStoreAsync(cancellationToken);
                _readAt = clock.GetTimestamp();
                var model = new LivePageModel(
                    clock.GetUtcNow(),
                    _store,
                    _storeFault,
                    meters.Read(options.Value.Interval / 2),
                    compare.Read()
                );
                _parts = LiveParts.Render(model);
            }

            return _parts;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask ReadStoreAsync(CancellationToken cancellationToken)
    {
        if (_storeAt != 0 && clock.GetElapsedTime(_storeAt) < _storeTook * RestFactor)
        {
            return;
        }

        var started = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(StorePatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            _store = await store.GetAsync(either.Token);
            _storeFault = null;
        }
        catch (Exception e)
            when (e is DbException or TimeoutException or IOException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            _storeFault = "The database does not answer at the moment; the figures of the store are as they were.";
            logger.LogWarning("The live page cannot read the store: {Reason}", e.Message);
        }

        _storeAt = clock.GetTimestamp();
        _storeTook = clock.GetElapsedTime(started, _storeAt);
    }
}
