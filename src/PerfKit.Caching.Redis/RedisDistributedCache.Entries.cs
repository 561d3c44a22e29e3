using System.Buffers;
using System.Collections;
using PerfKit.Caching.Internal.Distributed;
using StackExchange.Redis;

namespace PerfKit.Caching;

/// <summary>What both halves share: entries, their sliding, and the sentence when Redis is away.</summary>
internal sealed partial class RedisDistributedCache
{
    /// <summary>Sent whole each time: a cached script is forgotten by a failover, and the slide with it.</summary>
    private const CommandFlags SlideFlags = CommandFlags.NoScriptCache;

    /// <summary>Slides by what the entry itself says, so that a slide can never hit an entry put in its place meanwhile.</summary>
    private const string SlideScript = """
        local h = redis.pcall('GETRANGE', KEYS[1], 0, 17)
        if type(h) ~= 'string' or #h < 18 or string.sub(h, 1, 2) ~= '\209\1' then return 0 end
        local span, last = struct.unpack('>I8I8', h, 3)
        if span < 1 or span > 1e15 or last > 1e15 then return 0 end
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', span))
        if last > 0 then redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last), 'LT') end
        return 1
        """;

    /// <summary>Length of the header before an entry's value; 0 for a miss. This being a read, it slides what slides.</summary>
    private int HeaderOf(Lease<byte>? lease, in RedisKey key)
    {
        var header = lease is null ? 0 : EntryHeader.LengthIn(lease.Span);
        if (header == EntryHeader.SlidingBytes)
        {
            // Not waited for: on this connection nothing overtakes it.
            _ = _redis.ScriptEvaluateAsync(SlideScript, [key], flags: SlideFlags | CommandFlags.FireAndForget);
        }

        return header;
    }

    /// <summary>
    /// A copy of header and value. It is given back only after a write that succeeded: after any other the client may still
    /// hold it, and would send what its next owner writes there.
    /// </summary>
    private static byte[] Rent(in ReadOnlySequence<byte> value, Lifetime lifetime, out RedisValue entry)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(checked((int)value.Length + EntryHeader.SlidingBytes));
        var header = EntryHeader.Write(buffer, lifetime);
        value.CopyTo(buffer.AsSpan(header));
        entry = buffer.AsMemory(0, header + (int)value.Length);
        return buffer;
    }

    /// <summary>The answer to TIME: seconds, and microseconds within.</summary>
    private static long Milliseconds(RedisResult time) => ((long)time[0] * 1_000) + ((long)time[1] / 1_000);

    private static bool IsOtherType(RedisServerException fault) =>
        fault.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    private static bool IsAway(Exception fault) => fault is RedisTimeoutException or RedisConnectionException;

    /// <summary>The client's exception in one sentence, of the same type and with the client's details.</summary>
    private Exception Away(Exception fault, string verb)
    {
        var servers = string.Join(", ", _connection.GetEndPoints().Select(EndPointCollection.ToString));
        var sentence =
            $"Redis at {servers} could not be asked to {verb} an entry: see whether it runs and is reachable.";
        if (fault is RedisConnectionException cut)
        {
            return new RedisConnectionException(cut.FailureType, cut.Flags, sentence, cut, cut.CommandStatus);
        }

        var late = (RedisTimeoutException)fault;
        var told = new RedisTimeoutException(late.Flags, sentence, late.Commandstatus);
        foreach (DictionaryEntry detail in late.Data)
        {
            told.Data[detail.Key] = detail.Value;
        }

        return told;
    }
}
