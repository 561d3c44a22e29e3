using System.Buffers;
using System.Text;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

/// <summary>
/// Envelopes of format 1 as the first release wrote them. They stay as they are: caches hold such bytes when a new release
/// starts. A format that follows gets fixtures of its own beside these.
/// </summary>
public sealed class EnvelopeFixtureTests
{
    private const string Plain =
        "C54B01BBF78C29972C2D6B00E80300000000000048EE00000000000068F236000000000007757365"
        + "723A34320D53797374656D2E537472696E6703416461";

    private const string Compressed =
        "C54B01BBABB2F089AC374001E80300000000000048EE00000000000068F236000000000007757365"
        + "723A34320D53797374656D2E537472696E67C8018363000020C2D8000E5CC3097936800B7058FE0D";

    private const string Negative =
        "C54B01D032C4C9F69F14E502E80300000000000048EE00000000000068F236000000000007757365"
        + "723A34320D53797374656D2E537472696E6700";

    private const string Null =
        "C54B01AC18E7B7323A132804E80300000000000048EE00000000000068F236000000000007757365"
        + "723A34320D53797374656D2E537472696E6700";

    private const string Sliding =
        "C54B011CF113D1065AD42B08E80300000000000048EE00000000000068F236000000000030750000"
        + "0000000007757365723A34320D53797374656D2E537472696E6703416461";

    private const string Tagged =
        "C54B010FB66D7EDD2BDFAA10E80300000000000048EE00000000000068F2360000000000052276C3"
        + "A92207757365723A34320D53797374656D2E537472696E6703416461";

    private const string Modified =
        "C54B0117A6DBDF584DD4E020E80300000000000048EE00000000000068F23600000000007B68E5CF"
        + "8B01000007757365723A34320D53797374656D2E537472696E6703416461";

    private const string Everything =
        "C54B01A25985851B2B0ED439E80300000000000048EE00000000000068F2360000000000FFFFFFFF"
        + "FFFFFFFF00000000000000008004F09F98800D53797374656D2E537472696E67C8018363000020C2"
        + "D8000E5CC3097936800B7058FE0D";

    private const string LoneSurrogate =
        "C54B01D7C73DFBB4D7D45C00E80300000000000048EE00000000000068F236000000000005FF6100"
        + "00D80D53797374656D2E537472696E6703416461";

    private static readonly string LongText = new('a', 200);

    [Fact]
    public void A_plain_value() => ShouldBe(Plain, Envelopes.Header, "Ada");

    [Fact]
    public void A_compressed_value() => ShouldBe(Compressed, Envelopes.Header, LongText, isCompressed: true);

    [Fact]
    public void A_value_known_not_to_exist() => ShouldBe(Negative, Envelopes.Header with { IsNegative = true }, "");

    [Fact]
    public void A_value_that_is_null() => ShouldBe(Null, Envelopes.Header with { IsNull = true }, "");

    [Fact]
    public void A_value_that_slides() =>
        ShouldBe(Sliding, Envelopes.Header with { SlidingMilliseconds = 30_000 }, "Ada");

    [Fact]
    public void A_value_with_an_etag() => ShouldBe(Tagged, Envelopes.Header with { ETag = "\"v\u00e9\"" }, "Ada");

    [Fact]
    public void A_value_with_the_time_of_its_last_change() =>
        ShouldBe(Modified, Envelopes.Header with { LastModifiedMilliseconds = 1_700_000_000_123 }, "Ada");

    [Fact]
    public void A_value_with_everything_at_its_edge() =>
        ShouldBe(
            Everything,
            Envelopes.Header with
            {
                SlidingMilliseconds = -1,
                ETag = "",
                LastModifiedMilliseconds = long.MinValue,
            },
            LongText,
            isCompressed: true,
            key: "\uD83D\uDE00"
        );

    [Fact]
    public void A_key_that_utf8_cannot_say() => ShouldBe(LoneSurrogate, Envelopes.Header, "Ada", key: "a\uD800");

    private static void ShouldBe(
        string fixture,
        EnvelopeHeader header,
        string payload,
        bool isCompressed = false,
        string key = Envelopes.Key
    )
    {
        var bytes = Convert.FromHexString(fixture);

        var read = Envelopes.Read(new ReadOnlySequence<byte>(bytes), key);
        read.Status.Should().Be(EnvelopeStatus.Ok);
        read.Header.Should().Be(header);
        Encoding.UTF8.GetString(read.Payload).Should().Be(payload);

        if (!isCompressed) // Another release of Brotli may pack in another way; what is not packed is written as ever.
        {
            Envelopes.Written(header, key, read.Payload).Should().Equal(bytes);
        }
    }
}
