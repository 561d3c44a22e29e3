using System.Buffers.Binary;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>The tags of a stored value, walked in place.</summary>
internal readonly ref struct TagSpans(ReadOnlySpan<byte> bytes, int count)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Count { get; } = count;

    public Enumerator GetEnumerator() => new(_bytes);

    public string[] ToTexts()
    {
        if (Count == 0)
        {
            return [];
        }

        var texts = new string[Count];
        var at = 0;
        foreach (var tag in this)
        {
            texts[at++] = TextBytes.Text(tag);
        }

        return texts;
    }

    public ref struct Enumerator(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public ReadOnlySpan<byte> Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest.Length < sizeof(int))
            {
                return false;
            }

            var length = BinaryPrimitives.ReadInt32LittleEndian(_rest);
            Current = _rest.Slice(sizeof(int), length);
            _rest = _rest[(sizeof(int) + length)..];
            return true;
        }
    }
}
