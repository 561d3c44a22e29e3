using System.Buffers;
using PerfKit.Caching.Internal.Contents;

namespace PerfKit.Caching;

/// <summary>
/// The right to read one content until it is disposed. The bytes are shared and read-only; nothing is copied. A use after
/// <see cref="Dispose"/>, of a copy too, throws; it never shows another content. Checked in release builds as well.
/// </summary>
public readonly struct ContentLease : IDisposable, IEquatable<ContentLease>
{
    private readonly LeaseSlot? _slot;
    private readonly long _generation;

    internal ContentLease(LeaseSlot slot, long generation)
    {
        _slot = slot;
        _generation = generation;
    }

    /// <summary>
    /// The bytes, in blocks of up to 64 KB. A sequence that is kept beyond the lease throws
    /// <see cref="ObjectDisposedException"/> when its memory is touched, once the content's blocks went back.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed, or is a default one.</exception>
    public ReadOnlySequence<byte> Content => Checked(Leased.Show());

    /// <summary>Length of the content in bytes.</summary>
    /// <exception cref="ObjectDisposedException">The lease was disposed, or is a default one.</exception>
    public long Length => Checked(Leased.Length);

    /// <summary>The bytes for copying before the lease is disposed.</summary>
    internal ReadOnlySequence<byte> Bytes => Leased.Bytes;

    private Content Leased => _slot?.Find(_generation) ?? throw Returned();

    /// <summary>Gives the content back. Again, also of a copy, does nothing.</summary>
    public void Dispose() => _slot?.TryReturn(_generation);

    /// <summary>Whether both are the same lease, or copies of it.</summary>
    public bool Equals(ContentLease other) => _slot == other._slot && _generation == other._generation;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ContentLease other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_slot, _generation);

    /// <summary>Whether both are the same lease, or copies of it.</summary>
    public static bool operator ==(ContentLease left, ContentLease right) => left.Equals(right);

    /// <summary>Whether they are different leases.</summary>
    public static bool operator !=(ContentLease left, ContentLease right) => !left.Equals(right);

    /// <summary>A copy that is disposed at this moment could have let the object go to another content: then this is not returned.</summary>
    private T Checked<T>(T read) => _slot!.IsStill(_generation) ? read : throw Returned();

    private static ObjectDisposedException Returned() =>
        new(nameof(ContentLease), "The lease of this content was given back.");
}
