using PerfKit.Streaming;

namespace PerfKit.Benchmarks.Claims.Streaming.Crash;

/// <summary>A content to upload.</summary>
internal sealed record Upload(ContentHash Hash, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// Which contents are uploaded: 0 to 4 MB, half of them out of a few that come again and again, so that commits of a present
/// content and several writers of one content at once are hit too. The same seed draws the same contents.
/// </summary>
internal sealed class UploadPlan
{
    public const int MaxBytes = 4 << 20;
    private const int RepeatedContents = 16;

    private readonly byte[] _bytes = new byte[2 * MaxBytes];
    private readonly Upload[] _repeated;

    public UploadPlan(int seed)
    {
        var dice = new Random(seed);
        dice.NextBytes(_bytes);
        _repeated = [.. Enumerable.Range(0, RepeatedContents).Select(_ => New(dice))];
        _repeated[0] = new Upload(ContentHash.Compute([]), default);
    }

    public Upload Next(Random dice) => dice.Next(2) == 0 ? _repeated[dice.Next(RepeatedContents)] : New(dice);

    private Upload New(Random dice)
    {
        var length = dice.Next(4) switch
        {
            0 => dice.Next(2000),
            1 => dice.Next(200_000),
            _ => dice.Next(MaxBytes + 1),
        };
        var bytes = _bytes.AsMemory(dice.Next(_bytes.Length - length), length);
        return new Upload(ContentHash.Compute(bytes.Span), bytes);
    }
}
