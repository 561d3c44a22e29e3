namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>What a script tells on the shard's channel: kind, epoch, sequence number, who wrote it, and a name.</summary>
internal readonly ref struct ShardMessage(char kind, Epoch epoch, long sequence, ReadOnlySpan<byte> bytes)
{
    public const char KeyChanged = 'k';
    public const char TagRemoved = 't';
    public const char Joined = 'j';
    public const char Wake = 'w';
    private const int NodeAt = 1 + Epoch.Length + 16;
    private const int NameAt = NodeAt + Epoch.Length;
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public char Kind { get; } = kind;

    public Epoch Epoch { get; } = epoch;

    public long Sequence { get; } = sequence;

    public ReadOnlySpan<byte> Node => _bytes[NodeAt..NameAt];

    public ReadOnlySpan<byte> Name => _bytes[NameAt..];

    public static bool TryRead(ReadOnlySpan<byte> bytes, out ShardMessage message)
    {
        message = default;
        if (bytes.Length < NameAt || !ValueFormat.TryReadNumber(bytes[(1 + Epoch.Length)..], out var sequence))
        {
            return false;
        }

        message = new ShardMessage((char)bytes[0], Epoch.Read(bytes[1..]), sequence, bytes);
        return true;
    }

    /// <summary>The message that wakes who waits for a key; scripts send it as it is, and it is not counted.</summary>
    public static byte[] WakeOf(ReadOnlySpan<byte> node, string key)
    {
        var name = TextBytes.Of(key);
        var bytes = new byte[NameAt + name.Length];
        bytes.AsSpan(0, NodeAt).Fill((byte)'0');
        bytes[0] = (byte)Wake;
        node.CopyTo(bytes.AsSpan(NodeAt));
        name.CopyTo(bytes, NameAt);
        return bytes;
    }
}
