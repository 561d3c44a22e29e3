using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// The values of a cursor as bytes. The order knows the types, so nothing but the values is written: fixed sizes big
/// endian, text as a length and UTF-8; a byte before the value where null is possible. Times are 100 ns ticks, finer than any
/// engine stores, so nothing is lost.
/// </summary>
internal static class CursorValues
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Write(IBufferWriter<byte> output, KeysetColumn column, object? value)
    {
        var nullable = column.Nulls != KeysetNulls.None;
        if (value is null ? !nullable : value.GetType() != column.Type)
        {
            throw new ArgumentException(
                $"The value of '{column.Name}' is {(value is null ? "null" : $"a {value.GetType()}")}; "
                    + $"a cursor needs a {column.Type}.",
                nameof(value)
            );
        }

        if (nullable)
        {
            Take(output, 1)[0] = value is null ? (byte)0 : (byte)1;
        }

        switch (value)
        {
            case string text:
                WriteText(output, column, text);
                break;
            case long number:
                BinaryPrimitives.WriteInt64BigEndian(Take(output, sizeof(long)), number);
                break;
            case int number:
                BinaryPrimitives.WriteInt32BigEndian(Take(output, sizeof(int)), number);
                break;
            case double number:
                BinaryPrimitives.WriteDoubleBigEndian(Take(output, sizeof(double)), number);
                break;
            case decimal number:
                foreach (var part in decimal.GetBits(number))
                {
                    BinaryPrimitives.WriteInt32BigEndian(Take(output, sizeof(int)), part);
                }

                break;
            case Guid id:
                id.TryWriteBytes(Take(output, 16), bigEndian: true, out _);
                break;
            case DateTimeOffset time:
                BinaryPrimitives.WriteInt64BigEndian(Take(output, sizeof(long)), time.UtcTicks);
                break;
            case DateTime time:
                BinaryPrimitives.WriteInt64BigEndian(Take(output, sizeof(long)), time.Ticks);
                Take(output, 1)[0] = (byte)time.Kind;
                break;
            case bool flag:
                Take(output, 1)[0] = flag ? (byte)1 : (byte)0;
                break;
        }
    }

    /// <summary>Reads bytes that this class wrote: the signature was checked before, so a fault is a fault of the program.</summary>
    public static object? Read(ref ReadOnlySpan<byte> input, KeysetColumn column)
    {
        if (column.Nulls != KeysetNulls.None && Take(ref input, 1)[0] == 0)
        {
            return null;
        }

        var type = column.Type;
        if (type == typeof(string))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(Take(ref input, sizeof(int)));
            return StrictUtf8.GetString(Take(ref input, length));
        }

        if (type == typeof(decimal))
        {
            Span<int> parts = stackalloc int[4];
            foreach (ref var part in parts)
            {
                part = BinaryPrimitives.ReadInt32BigEndian(Take(ref input, sizeof(int)));
            }

            return new decimal(parts);
        }

        if (type == typeof(DateTime))
        {
            var ticks = BinaryPrimitives.ReadInt64BigEndian(Take(ref input, sizeof(long)));
            return new DateTime(ticks, (DateTimeKind)Take(ref input, 1)[0]);
        }

        return type == typeof(long) ? BinaryPrimitives.ReadInt64BigEndian(Take(ref input, sizeof(long)))
            : type == typeof(int) ? BinaryPrimitives.ReadInt32BigEndian(Take(ref input, sizeof(int)))
            : type == typeof(double) ? BinaryPrimitives.ReadDoubleBigEndian(Take(ref input, sizeof(double)))
            : type == typeof(Guid) ? new Guid(Take(ref input, 16), bigEndian: true)
            : type == typeof(DateTimeOffset)
                ? new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(Take(ref input, sizeof(long))), TimeSpan.Zero)
            : Take(ref input, 1)[0] == 1;
    }

    private static void WriteText(IBufferWriter<byte> output, KeysetColumn column, string text)
    {
        try
        {
            var length = StrictUtf8.GetByteCount(text);
            BinaryPrimitives.WriteInt32BigEndian(Take(output, sizeof(int)), length);
            StrictUtf8.GetBytes(text, Take(output, length));
        }
        catch (EncoderFallbackException error)
        {
            // A replaced character would move the cursor to another row, so it is refused instead.
            throw new ArgumentException($"The value of '{column.Name}' is not valid Unicode.", nameof(text), error);
        }
    }

    private static Span<byte> Take(IBufferWriter<byte> output, int bytes)
    {
        var span = output.GetSpan(bytes)[..bytes];
        output.Advance(bytes);
        return span;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> input, int bytes)
    {
        var span = input[..bytes];
        input = input[bytes..];
        return span;
    }
}
