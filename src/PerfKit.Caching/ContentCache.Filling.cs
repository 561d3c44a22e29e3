using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using PerfKit.Caching.Internal;
using PerfKit.Caching.Internal.Contents;
using static System.FormattableString;

namespace PerfKit.Caching;

// Misses: who fills, who reads along, what may be published. Internal/Contents/README.md has the invariants.
public sealed partial class ContentCache
{
    private const string OutOfBudget = "the memory budget refused it";
    private const string TooManyFills = "too many bytes were on their way in, more than MaxFillingBytes";
    private const string OtherLength = "another length was declared for the content that was on its way in";

    /// <inheritdoc/>
    public ValueTask<ContentWriteResult> WriteToAsync<TState>(
        ContentKey key,
        long length,
        long offset,
        long? count,
        PipeWriter destination,
        TState state,
        Func<TState, CancellationToken, ValueTask<PipeReader>> open,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(open);
        var range = ContentRange.Of(length, offset, count);
        var published = Volatile.Read(ref _published);
        if (!TryGet(key, out var lease))
        {
            return MissAsync(new Miss(key, length, range, published), destination, state, open, cancellationToken);
        }

        if (lease.Length != length)
        {
            var kept = lease.Length;
            lease.Dispose();
            throw new ContentFillException(
                Invariant($"Content '{key}' is kept with {kept} bytes, and {length} were declared."),
                bytesWritten: 0
            );
        }

        return WriteAsync(lease, range, destination, cancellationToken);
    }

    /// <summary>Writes a range of a leased content and gives the lease back.</summary>
    private static async ValueTask<ContentWriteResult> WriteAsync(
        ContentLease lease,
        ContentRange range,
        PipeWriter destination,
        CancellationToken cancellationToken
    )
    {
        using (lease)
        {
            foreach (var block in lease.Bytes.Slice(range.Offset, range.Bytes))
            {
                if (!await ContentDelivery.WriteAsync(destination, block, cancellationToken).ConfigureAwait(false))
                {
                    return new ContentWriteResult(ContentOrigin.Hit, ReaderLeft: true);
                }
            }
        }

        return new ContentWriteResult(ContentOrigin.Hit, ReaderLeft: false);
    }

    private async ValueTask<ContentWriteResult> MissAsync<TState>(
        Miss miss,
        PipeWriter destination,
        TState state,
        Func<TState, CancellationToken, ValueTask<PipeReader>> open,
        CancellationToken cancellationToken
    )
    {
        cancellationToken.ThrowIfCancellationRequested();
        var delivery = new ContentDelivery(destination);
        if (!TryJoin(miss, out var fill, out var isFirst, out var lease, out var why))
        {
            Refuse(miss.Key, why);
            await PassAsync(miss, delivery, state, open, cancellationToken).ConfigureAwait(false);
            return new ContentWriteResult(ContentOrigin.PassedThrough, delivery.ReaderLeft);
        }

        if (fill is null)
        {
            return await WriteAsync(lease, miss.Range, destination, cancellationToken).ConfigureAwait(false);
        }

        if (isFirst)
        {
            _ = RunAsync(fill, miss.Key, state, open); // Never faults: what the source throws goes to the readers.
        }

        if (await ReadAlongAsync(fill, miss, delivery, cancellationToken).ConfigureAwait(false))
        {
            return new ContentWriteResult(ContentOrigin.Fill, delivery.ReaderLeft);
        }

        Refuse(miss.Key, OutOfBudget);
        await PassAsync(miss, delivery, state, open, cancellationToken).ConfigureAwait(false);
        return new ContentWriteResult(ContentOrigin.PassedThrough, delivery.ReaderLeft);
    }

    private string? WhyNotKept(long length) =>
        length > _maxContentBytes ? Invariant($"its {length} bytes are more than MaxContentBytes, {_maxContentBytes}")
        : Content.WeightOf(length) > _capacityBytes
            ? Invariant($"its {length} bytes are more than the whole capacity of {_capacityBytes}")
        : null;

    /// <summary>
    /// Under the gate either the content is there by now (a lease and no fill), or the caller becomes a reader of the one
    /// running fill, or the fill is refused.
    /// </summary>
    private bool TryJoin(
        Miss miss,
        out ContentFill? fill,
        out bool isFirst,
        out ContentLease lease,
        [NotNullWhen(false)] out string? why
    )
    {
        (fill, lease, isFirst) = (null, default, false);
        why = WhyNotKept(miss.Length);
        if (why is not null)
        {
            return false;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_fills.TryGetValue(miss.Key, out fill))
            {
                why = fill.Length == miss.Length ? null : OtherLength;
            }
            else if (_published != miss.Published && TryGet(miss.Key, out lease))
            {
                return true;
            }
            else
            {
                isFirst = true;
                fill = new ContentFill(miss.Length, Content.WeightOf(miss.Length));
                why = fill.Weight > _maxFillingBytes - _fillingBytes ? TooManyFills : null;
            }

            if (why is not null)
            {
                return false;
            }

            if (isFirst)
            {
                _fills.Add(miss.Key, fill);
                _fillingBytes += fill.Weight;
            }

            fill.Readers++;
            return true;
        }
    }

    private async Task RunAsync<TState>(
        ContentFill fill,
        ContentKey key,
        TState state,
        Func<TState, CancellationToken, ValueTask<PipeReader>> open
    )
    {
        using var activity = CacheMetrics.Activities.StartActivity("perfkit.content.fill");
        if (_contents.TryBegin(key, fill.Length) is not { } content)
        {
            End(fill, key, FillState.Refused);
            return;
        }

        fill.Content = content;
        try
        {
            var source = new ContentSource(await open(state, fill.Token).ConfigureAwait(false), fill.Length);
            await using (source.ConfigureAwait(false))
            {
                await source.FillAsync(fill, content).ConfigureAwait(false);
            }
        }
        catch (Exception fault)
        {
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, fault.Message);
            End(fill, key, FillState.Failed, fault);
            return;
        }

        End(fill, key, FillState.Kept);
    }

    private void End(ContentFill fill, ContentKey key, FillState state, Exception? fault = null)
    {
        lock (_gate)
        {
            _fillingBytes -= fill.Weight;
            _fillsFailed += state == FillState.Failed ? 1 : 0;
            if (_fills.TryGetValue(key, out var current) && current == fill)
            {
                _fills.Remove(key);
                if (state == FillState.Kept && fill.Content!.TryAcquire())
                {
                    _fillsKept++;
                    Publish(key, fill.Content);
                }
            }

            fill.End(state, fault);
            LetGo(fill);
        }
    }

    /// <summary>Serves one reader from what has arrived; false when the fill was refused, before any byte.</summary>
    private async ValueTask<bool> ReadAlongAsync(
        ContentFill fill,
        Miss miss,
        ContentDelivery delivery,
        CancellationToken cancellationToken
    )
    {
        var isServed = false;
        try
        {
            for (var at = miss.Range.Offset; ; )
            {
                var isDone = at == miss.Range.End;
                if (isDone && at < fill.Length)
                {
                    break;
                }

                var state = await fill.WaitAsync(isDone ? long.MaxValue : at, cancellationToken).ConfigureAwait(false);
                if (state is FillState.Refused or FillState.Failed || isDone)
                {
                    isServed = true;
                    return state switch
                    {
                        FillState.Failed => throw Failure(miss.Key, delivery, fill.Fault!),
                        _ => state != FillState.Refused,
                    };
                }

                var ready = Math.Min(fill.Filled, miss.Range.End) - at;
                if (
                    !await delivery
                        .WriteAsync(fill.Content!.Bytes.Slice(at, ready), cancellationToken)
                        .ConfigureAwait(false)
                )
                {
                    return true;
                }

                at += ready;
            }

            isServed = true;
            return true;
        }
        finally
        {
            Leave(fill, miss.Key, isServed);
        }
    }

    /// <summary>A reader that was served may go while the fill runs; when the last one gives up, the fill is cancelled.</summary>
    private void Leave(ContentFill fill, ContentKey key, bool isServed)
    {
        bool isAbandoned;
        lock (_gate)
        {
            fill.Readers--;
            isAbandoned = !isServed && fill.Readers == 0 && fill.State == FillState.Running;
            if (isAbandoned && _fills.TryGetValue(key, out var current) && current == fill)
            {
                _fills.Remove(key);
            }

            LetGo(fill);
        }

        if (isAbandoned)
        {
            fill.Abandon();
        }
    }

    private static void LetGo(ContentFill fill)
    {
        if (fill is { Readers: 0, Content: { } content } && fill.State != FillState.Running)
        {
            fill.Content = null;
            content.Release();
        }
    }

    /// <summary>A fill that was taken out goes on for its readers; without any it is cancelled.</summary>
    private void Orphan(ContentFill? fill)
    {
        bool isLonely;
        lock (_gate)
        {
            isLonely = fill is { Readers: 0 };
        }

        if (isLonely)
        {
            fill!.Abandon();
        }
    }

    private static async ValueTask PassAsync<TState>(
        Miss miss,
        ContentDelivery delivery,
        TState state,
        Func<TState, CancellationToken, ValueTask<PipeReader>> open,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var source = new ContentSource(await open(state, cancellationToken).ConfigureAwait(false), miss.Length);
            await using (source.ConfigureAwait(false))
            {
                await source.PassAsync(miss.Range, delivery, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure(miss.Key, delivery, fault);
        }
    }

    private static ContentFillException Failure(ContentKey key, ContentDelivery delivery, Exception fault) =>
        new(
            Invariant($"The source of content '{key}' failed after {delivery.BytesWritten} bytes: {fault.Message}"),
            delivery.BytesWritten,
            fault
        );

    private readonly record struct Miss(ContentKey Key, long Length, ContentRange Range, long Published);
}
