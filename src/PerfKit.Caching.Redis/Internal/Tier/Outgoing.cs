using System.Buffers;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>
/// The bytes of a write, in a rented buffer: the caller may use its own again as soon as its call has ended, also by a
/// deadline, and the connection may still hold these.
/// </summary>
internal sealed class Outgoing : IDisposable
{
    private readonly byte[] _buffer;
    private readonly int _length;

    private Outgoing(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    public RedisValue Bytes => _buffer.AsMemory(0, _length);

    public int Length => _length;

    /// <summary>Tags and payload, for a script that writes the head itself.</summary>
    public static Outgoing Tail(TierValue value)
    {
        var length = ValueFormat.TailLength(value);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        ValueFormat.WriteTail(value, buffer);
        return new Outgoing(buffer, length);
    }

    public static Outgoing Whole(TierContext tier, Epoch epoch, long since, TierValue value)
    {
        var length = ValueFormat.HeadLength + ValueFormat.TailLength(value);
        var buffer = ArrayPool<byte>.Shared.Rent(length);
        Span<byte> id = stackalloc byte[16];
        tier.NextId(id);
        ValueFormat.WriteHead(id, epoch, since, ExpiryOf(tier, value), buffer);
        ValueFormat.WriteTail(value, buffer.AsSpan(ValueFormat.HeadLength));
        return new Outgoing(buffer, length);
    }

    public static long ExpiryOf(TierContext tier, TierValue value) =>
        tier.Clock.NowMilliseconds + Milliseconds(value.TimeToLive);

    public static long Milliseconds(TimeSpan timeToLive) => Math.Max(1, (long)timeToLive.TotalMilliseconds);

    /// <summary>Gives the buffer back when the command has succeeded; after a failure the connection may still hold it.</summary>
    public static void ReturnAfter(Task command, IDisposable? buffer)
    {
        if (buffer is not null)
        {
            _ = command.ContinueWith(
                static (_, state) => ((IDisposable)state!).Dispose(),
                buffer,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously | TaskContinuationOptions.OnlyOnRanToCompletion,
                TaskScheduler.Default
            );
        }
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);
}
