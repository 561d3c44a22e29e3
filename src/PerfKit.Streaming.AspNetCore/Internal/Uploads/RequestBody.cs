using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// A request's body under a policy: bounded, paced, whole, and digested where the digest of the stored bytes does not tell. Lends
/// what the server's pipe lends.
/// </summary>
internal sealed class RequestBody : PipeReader, IDisposable
{
    private readonly PipeReader _source;
    private readonly long _maxBytes;
    private readonly long? _announced;
    private readonly ReceivingPace? _pace;
    private readonly IncrementalHash? _sha256;
    private readonly IncrementalHash? _sha512;
    private ReadOnlySequence<byte> _lent;
    private long _consumed;

    public RequestBody(HttpRequest request, ContentUploadPolicy policy, TimeProvider clock, bool sha256, bool sha512)
    {
        _source = request.BodyReader;
        _maxBytes = policy.MaxBytes;
        _announced = request.ContentLength;
        _sha256 = sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _sha512 = sha512 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512) : null;
        _pace =
            policy.MinBytesPerSecond > 0
                ? new ReceivingPace(clock, policy.MinBytesPerSecond, policy.RatePeriod, _source.CancelPendingRead)
                : null;
        SetServerLimitsAside(request.HttpContext.Features);
    }

    /// <summary>Bytes that have come, taken or not.</summary>
    public long Received { get; private set; }

    /// <summary>The last 8 bytes that were taken, the last of them highest.</summary>
    public ulong Tail { get; private set; }

    /// <summary>Reads what is left, so that trailers are there; how many bytes that were.</summary>
    public async ValueTask<long> ReadToEndAsync(CancellationToken cancellationToken)
    {
        for (var left = 0L; ; )
        {
            var result = await ReadAsync(cancellationToken).ConfigureAwait(false);
            left += result.Buffer.Length;
            AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
            {
                return left;
            }
        }
    }

    /// <summary>The hash of all bytes, or nothing when it was not asked for.</summary>
    public byte[] TakeSha256() => _sha256?.GetHashAndReset() ?? [];

    /// <inheritdoc cref="TakeSha256"/>
    public byte[] TakeSha512() => _sha512?.GetHashAndReset() ?? [];

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = _source.ReadAsync(cancellationToken);
        return read.IsCompletedSuccessfully ? new(Look(read.Result)) : WaitAsync(read);
    }

    public override bool TryRead(out ReadResult result)
    {
        var found = _source.TryRead(out result);
        result = found ? Look(result) : result;
        return found;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        var taken = _lent.Slice(0, consumed);
        _consumed += taken.Length;
        if (_sha256 is not null || _sha512 is not null)
        {
            foreach (var segment in taken)
            {
                _sha256?.AppendData(segment.Span);
                _sha512?.AppendData(segment.Span);
            }
        }

        foreach (var segment in taken.Slice(Math.Max(0, taken.Length - sizeof(ulong))))
        {
            foreach (var last in segment.Span)
            {
                Tail = (Tail >> 8) | ((ulong)last << 56);
            }
        }

        _lent = default;
        _source.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => _source.CancelPendingRead();

    /// <summary>Does nothing: the body is the server's to complete.</summary>
    public override void Complete(Exception? exception = null) { }

    public void Dispose()
    {
        _pace?.Dispose();
        _sha256?.Dispose();
        _sha512?.Dispose();
    }

    /// <summary>One limit of each kind, counted here, with one exception each.</summary>
    private static void SetServerLimitsAside(IFeatureCollection features)
    {
        if (features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> WaitAsync(ValueTask<ReadResult> read)
    {
        _pace?.BeginWait();
        try
        {
            var result = await read.ConfigureAwait(false);
            _pace?.EndWait(_consumed + result.Buffer.Length - Received);
            return Look(result);
        }
        catch (ConnectionResetException e)
        {
            throw new ContentTruncatedException(_announced, Received, e);
        }
    }

    private ReadResult Look(ReadResult result)
    {
        _lent = result.Buffer;
        Received = _consumed + _lent.Length;
        if (FindFault(result) is not { } fault)
        {
            return result;
        }

        _source.AdvanceTo(_lent.End);
        throw fault;
    }

    private Exception? FindFault(ReadResult result) =>
        _pace is { Failed: true }
            ? new ContentUploadException(
                StatusCodes.Status408RequestTimeout,
                "body-too-slow",
                $"The body came too slowly, {Received} bytes so far; send faster, or in smaller uploads."
            )
        : Received > _maxBytes ? new ContentTooLargeException(_maxBytes)
        : result is { IsCompleted: true, IsCanceled: false } && Received < _announced
            ? new ContentTruncatedException(_announced, Received)
        : null;
}
