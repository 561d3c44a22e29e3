using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming;

/// <summary>
/// Contents coded with br or gzip, once each, and kept in a folder under the SHA-256 of their source: bounded by bytes, least
/// recently used out first. A content up to 256 KB is coded in the request that asks first, a longer one behind it while that
/// request gets it as it is. Whatever fails, an answer is only larger, never later or wrong. One for the process.
/// </summary>
public sealed class CodedContents : IDisposable, IAsyncDisposable
{
    internal const int InlineBytes = ContentReader.BlockBytes;
    private const int MaxQueuedJobs = 64;
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(30);

    private readonly CodedContentsOptions _options;
    private readonly TimeProvider _clock;
    private readonly CodingMetrics _metrics;
    private readonly VariantFolder _folder;
    private readonly VariantIndex _index;
    private readonly VariantMaker _maker;
    private readonly SemaphoreSlim _slots;
    private readonly ConcurrentDictionary<VariantKey, Task> _flights = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<CodingJob> _jobs = Channel.CreateBounded<CodingJob>(MaxQueuedJobs);
    private readonly Task _worker;
    private long _pausedUntilTicks;

    /// <summary>Opens the folder, making it when missing; looks at the name and length of every file in it.</summary>
    /// <exception cref="ArgumentException">The options name no folder, or a bound is out of its range.</exception>
    /// <exception cref="IOException">The folder cannot be used, or another process has it.</exception>
    public CodedContents(CodedContentsOptions options, IMeterFactory? meterFactory = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _options = options;
        _clock = clock ?? TimeProvider.System;
        _metrics = new CodingMetrics(meterFactory);
        _folder = new VariantFolder(options.Folder);
        _index = new VariantIndex(options.CapacityBytes);
        _maker = new VariantMaker(_folder, _metrics);
        _slots = new SemaphoreSlim(options.MaxConcurrency);
        KeepWhatIsThere();
        using (ExecutionContext.SuppressFlow()) // The worker belongs to no request.
        {
            _worker = Task.Run(WorkAsync);
        }
    }

    /// <summary>Bytes on the disk, in blocks of 4 KB.</summary>
    internal long UsedBytes => _index.UsedBytes;

    private bool IsPaused => _clock.GetUtcNow().UtcTicks < Volatile.Read(ref _pausedUntilTicks);

    /// <summary>Ends what is being coded behind the requests; what is kept stays for the next start.</summary>
    public void Dispose()
    {
        if (_jobs.Writer.TryComplete())
        {
            _stopping.Cancel();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    /// <remarks>The folder is free for another process when this completes.</remarks>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _worker.ConfigureAwait(false);
    }

    /// <summary>Whether the answers for a content depend on what the client accepts.</summary>
    internal bool Covers(string contentType, long length) =>
        length >= CodedContentsOptions.LeastSourceBytes
        && length <= _options.MaxSourceBytes
        && CodableTypes.Contains(contentType);

    /// <summary>Opens the best coding at hand, and sees to it that the first choice will be; null for identity.</summary>
    internal async ValueTask<VariantReader?> OpenAsync(
        AcceptedCodings accepted,
        ContentHash source,
        long length,
        Func<CancellationToken, ValueTask<ContentReader?>> open,
        CancellationToken cancellationToken
    )
    {
        if (accepted.Best == ContentCoding.Identity || _stopping.IsCancellationRequested)
        {
            return null;
        }

        var key = new VariantKey(source, accepted.Best);
        if (TryOpen(key, out var reader))
        {
            _metrics.Looked(reader is null ? "unfit" : "hit");
            return reader;
        }

        var job = new CodingJob(key, length, open);
        var isKnown = false;
        if (length > InlineBytes)
        {
            Enqueue(job);
        }
        else
        {
            await MakeOrWaitAsync(job, cancellationToken).ConfigureAwait(false);
            isKnown = TryOpen(key, out reader);
        }

        if (!isKnown && accepted.Next != ContentCoding.Identity)
        {
            _ = TryOpen(key with { Coding = accepted.Next }, out reader);
        }

        _metrics.Looked(
            reader is not null ? "made"
            : isKnown ? "unfit"
            : "later"
        );
        return reader;
    }

    /// <summary>Completes when nobody is making this coding any more.</summary>
    internal Task WhenMadeAsync(VariantKey key) => _flights.GetValueOrDefault(key, Task.CompletedTask);

    private void KeepWhatIsThere()
    {
        try
        {
            foreach (var (key, kept, _) in _folder.Scan().OrderBy(static file => file.Written))
            {
                Keep(key, kept);
            }
        }
        catch
        {
            _folder.Dispose(); // So that the next try meets the cause again, and not a lock.
            throw;
        }
    }

    /// <summary>True when it is known what to send: the variant, or null since coding does not pay.</summary>
    private bool TryOpen(VariantKey key, out VariantReader? reader)
    {
        reader = null;
        if (!_index.TryGet(key, out var kept) || !kept.IsProven)
        {
            return false;
        }

        reader = kept.IsVerdict ? null : _folder.Open(key, kept);
        if (reader is not null || kept.IsVerdict)
        {
            return true;
        }

        Drop(key, kept); // Gone or cut by somebody else: it is made again.
        return false;
    }

    private void Enqueue(CodingJob job)
    {
        if (!IsPaused && _flights.TryAdd(job.Key, job.Done) && !_jobs.Writer.TryWrite(job))
        {
            End(job);
            _metrics.Failed("queue");
        }
    }

    private async ValueTask MakeOrWaitAsync(CodingJob job, CancellationToken cancellationToken)
    {
        var running = _flights.GetOrAdd(job.Key, job.Done);
        if (running != job.Done)
        {
            await running
                .WaitAsync(LongestWait, _clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        var hasSlot = _slots.Wait(0, CancellationToken.None);
        try
        {
            if (hasSlot && !IsPaused)
            {
                await MakeAsync(job, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (hasSlot)
            {
                _slots.Release();
            }

            End(job);
        }
    }

    private async Task WorkAsync()
    {
        await foreach (var job in _jobs.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            if (!IsPaused && !_stopping.IsCancellationRequested)
            {
                await MakeAsync(job, _stopping.Token).ConfigureAwait(false);
            }

            End(job);
        }

        _folder.Dispose();
    }

    /// <summary>Makes a coding or proves the file of an earlier process. Throws nothing: the answer does not depend on it.</summary>
    private async ValueTask MakeAsync(CodingJob job, CancellationToken cancellationToken)
    {
        try
        {
            if (_index.TryGet(job.Key, out var kept) && (kept.IsProven || TryProve(job.Key, kept)))
            {
                return;
            }

            var source = await job.TryOpenAsync(cancellationToken).ConfigureAwait(false);
            if (source is null)
            {
                _metrics.Failed("source");
                return;
            }

            await using var _ = source.ConfigureAwait(false);
            if (await _maker.MakeAsync(job.Key, source, cancellationToken).ConfigureAwait(false) is { } made)
            {
                Keep(job.Key, made);
            }
        }
        catch (OperationCanceledException)
        {
            // The reader left, or the process ends: the next one that asks begins again.
        }
        catch (Exception)
        {
            // The disk, most likely full. Downloads go on as they are.
            Volatile.Write(ref _pausedUntilTicks, (_clock.GetUtcNow() + PauseAfterFault).UtcTicks);
            _metrics.Failed("folder");
        }
    }

    private bool TryProve(VariantKey key, KeptVariant kept)
    {
        if (_folder.Prove(key) is { } proven)
        {
            Keep(key, proven);
            return true;
        }

        Drop(key, kept);
        return false;
    }

    private void Keep(VariantKey key, KeptVariant kept)
    {
        var evicted = new List<VariantKey>();
        _index.Add(key, kept, evicted);
        evicted.ForEach(_folder.Delete);
        _metrics.Evicted(evicted.Count);
    }

    /// <summary>
    /// Out of the index first, then from the disk, as in <see cref="Keep"/>: a file made anew in between is lost and found
    /// missing later, but there is never one that nobody counts.
    /// </summary>
    private void Drop(VariantKey key, KeptVariant kept)
    {
        if (_index.Remove(key, kept))
        {
            _folder.Delete(key);
        }
    }

    private void End(CodingJob job)
    {
        _flights.TryRemove(job.Key, out _);
        job.End();
    }
}
