using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using PerfKit.Query.Internal;

namespace PerfKit.Query;

/// <summary>
/// Cursors signed with HMAC-SHA256 (RFC 2104, cut to 128 bits as its section 5 allows) over version, order, scope and
/// values. Stateless and safe for any number of threads; one signature costs about a microsecond.
/// </summary>
public sealed class KeysetCursors : IKeysetCursors
{
    /// <summary>The longest cursor in characters: about 1,500 bytes of sort values.</summary>
    public const int MaxLength = 2048;

    private const byte Version = 2;
    private const int SignatureBytes = 16;
    private const int MaxBytes = MaxLength / 4 * 3;

    private readonly byte[][] _keys;

    /// <summary>Takes a copy of the keys.</summary>
    /// <exception cref="ArgumentException">The keys are missing, too short, too long or too many.</exception>
    public KeysetCursors(KeysetCursorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (KeysetCursorOptionsValidator.Fault(options) is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _keys = [.. options.Keys.Select(static key => (byte[])key.Clone())];
    }

    /// <inheritdoc/>
    public string Encode(KeysetOrder order, string scope, KeysetPosition position)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(position);
        var values = position.Values;
        if (values.Count != order.Columns.Count)
        {
            throw new ArgumentException(
                $"The order '{order.Sort}' has {order.Columns.Count} columns, but {values.Count} values were given.",
                nameof(position)
            );
        }

        var body = new ArrayBufferWriter<byte>(128);
        body.Write([Version, position.Backward ? (byte)1 : (byte)0, checked((byte)position.Shared)]);
        for (var i = 0; i < values.Count; i++)
        {
            CursorValues.Write(body, order.Columns[i], values[i]);
        }

        if (body.WrittenCount + SignatureBytes > MaxBytes)
        {
            throw new InvalidOperationException(
                $"The sort values of '{order.Sort}' take {body.WrittenCount} bytes; a cursor holds at most "
                    + $"{MaxBytes - SignatureBytes}. Sort by a shorter column."
            );
        }

        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_keys[0], Message(order, scope, body.WrittenSpan), signature);
        body.Write(signature[..SignatureBytes]);
        return Base64Url.EncodeToString(body.WrittenSpan);
    }

    /// <inheritdoc/>
    public bool TryDecode(
        KeysetOrder order,
        string scope,
        string cursor,
        [NotNullWhen(true)] out KeysetPosition? position
    )
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(cursor);
        if (TryRead(order, scope, cursor, out position))
        {
            return true;
        }

        QueryTelemetry.CursorsRefused.Add(1);
        return false;
    }

    private bool TryRead(
        KeysetOrder order,
        string scope,
        string cursor,
        [NotNullWhen(true)] out KeysetPosition? position
    )
    {
        position = null;
        if (cursor.Length > MaxLength)
        {
            return false;
        }

        Span<byte> buffer = stackalloc byte[MaxBytes];
        if (
            Base64Url.DecodeFromChars(cursor, buffer, out _, out var length) != OperationStatus.Done
            || length <= SignatureBytes
            || Base64Url.EncodeToString(buffer[..length]) != cursor // One text a cursor: no padding, spaces or stray bits.
        )
        {
            return false;
        }

        ReadOnlySpan<byte> body = buffer[..(length - SignatureBytes)];
        if (!IsSigned(Message(order, scope, body), buffer[body.Length..length]) || body[0] != Version)
        {
            return false;
        }

        var (backward, shared) = (body[1] == 1, body[2]);
        body = body[3..];
        var values = new object?[order.Columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = CursorValues.Read(ref body, order.Columns[i]);
        }

        position = new KeysetPosition(values, backward, shared);
        return true;
    }

    private bool IsSigned(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var signed = false;
        foreach (var key in _keys) // All of them, so that the time does not tell which one fits.
        {
            HMACSHA256.HashData(key, message, expected);
            signed |= CryptographicOperations.FixedTimeEquals(expected[..SignatureBytes], signature);
        }

        return signed;
    }

    /// <summary>Order and scope with their lengths before them, then the body, so that no two meanings give the same bytes.</summary>
    private static byte[] Message(KeysetOrder order, string scope, ReadOnlySpan<byte> body)
    {
        var scopeBytes = Encoding.UTF8.GetByteCount(scope);
        var message = new byte[(2 * sizeof(int)) + order.Shape.Length + scopeBytes + body.Length];
        var rest = message.AsSpan();
        BinaryPrimitives.WriteInt32BigEndian(rest, order.Shape.Length);
        BinaryPrimitives.WriteInt32BigEndian(rest[sizeof(int)..], scopeBytes);
        rest = rest[(2 * sizeof(int))..];
        order.Shape.CopyTo(rest);
        Encoding.UTF8.GetBytes(scope, rest[order.Shape.Length..]);
        body.CopyTo(rest[(order.Shape.Length + scopeBytes)..]);
        return message;
    }
}
