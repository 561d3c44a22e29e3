using StackExchange.Redis;

namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>When were these tags last removed? The last member asked for is the floor, for tags that are not there.</summary>
internal sealed class TagQuestion
{
    private readonly ShardView _view;
    private readonly byte[][] _tags;
    private readonly long[] _floors;

    public TagQuestion(ShardView view, IReadOnlyList<string> tags)
    {
        _view = view;
        _tags = [.. tags.Select(TextBytes.Of)];
        _floors = [.. _tags.Select(t => view.Tags.FloorOf(t))];
        Members = [.. _tags.Select(Member), "!"];
    }

    public RedisValue[] Members { get; }

    public static RedisValue Member(byte[] tag)
    {
        var member = new byte[tag.Length + 1];
        member[0] = (byte)':';
        tag.CopyTo(member, 1);
        return member;
    }

    /// <summary>Remembers the answers, and gives the number of the latest removal.</summary>
    public long Learn(double?[] scores, long floor)
    {
        var latest = floor;
        for (var i = 0; i < _tags.Length; i++)
        {
            var removed = Math.Max((long)(scores[i] ?? floor), floor);
            _view.Tags.Learn(_tags[i], removed, _floors[i]);
            latest = Math.Max(latest, removed);
        }

        return latest;
    }
}
