using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace PerfKit.Query.Internal;

/// <summary>
/// The values of a cursor as bytes. The order knows the types, so nothing but the values is written: fixed sizes big
/// endian, text as a length and UTF-8. Times are 100 ns ticks in UTC, finer than any engine stores, so nothing is lost.
/// </summary>
internal static class CursorValues
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    public static void Write(IBufferWriter<byte> output, KeysetColumn column, object? value)
    {
        if (value is null || value.GetType() != column.Type || value is double.NaN)
        {
            var got =
                value is null ? "null"
                : value is double.NaN ? "NaN"
                : $"a {value.GetType()}";
            throw new ArgumentException(
                $"The value of '{column.Name}' is {got}; a cursor needs a {column.Type}.",
                nameof(value)
            );
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
            case Guid id:
                id.TryWriteBytes(Take(output, 16), bigEndian: true, out _);
                break;
            case DateTimeOffset time:
                BinaryPrimitives.WriteInt64BigEndian(Take(output, sizeof(long)), time.UtcTicks);
                break;
            case bool flag:
                Take(output, 1)[0] = flag ? (byte)1 : (byte)0;
                break;
        }
    }

    /// <summary>Reads bytes that this class wrote: the signature was checked before, so a fault is a fault of the program.</summary>
    public static object Read(ref ReadOnlySpan<byte> input, Type type)
    {
        if (type == typeof(string))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(Take(ref input, sizeof(int)));
            return StrictUtf8.GetString(Take(ref input, length));
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
