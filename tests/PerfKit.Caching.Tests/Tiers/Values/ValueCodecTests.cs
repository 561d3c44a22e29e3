using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using CsCheck;
using PerfKit.Caching.Internal;

namespace PerfKit.Caching.Tests.Tiers;

public sealed class ValueCodecTests
{
    public sealed record Node(string Name, double Value, List<Node> Children);

    private static readonly ValueCodecs All = Codecs.Of();

    [Fact]
    public void A_text_comes_back_as_it_was() =>
        Gen.Select(Gen.Char.Array[0, 9_000], Gen.Int[1, 5_000])
            .Sample(
                (chars, piece) => All.Get<string>().Again(new string(chars), piece).AsSpan().SequenceEqual(chars),
                iter: 1_000
            );

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("\uD800")]
    [InlineData("\uDC00\uD800")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("x\uD83D\uDE00\uD83D")]
    [InlineData("\uFFFF\uFEFF")]
    public void A_text_of_any_units_comes_back_as_it_was(string text) =>
        All.Get<string>().Again(text, 1).Should().Be(text);

    [Fact]
    public void A_text_is_written_as_utf8() =>
        All.Get<string>().Written("é\uD83D\uDE00").Should().Equal(0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(10_000_000)]
    public void Bytes_of_all_kinds_come_back_as_they_were(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        All.Get<byte[]>().Again(bytes).AsSpan().SequenceEqual(bytes).Should().BeTrue();
        All.Get<ReadOnlyMemory<byte>>().Again(bytes).Span.SequenceEqual(bytes).Should().BeTrue();
        All.Get<ReadOnlySequence<byte>>().Again(new(bytes)).ToArray().AsSpan().SequenceEqual(bytes).Should().BeTrue();
    }

    [Fact]
    public void A_sequence_of_a_megabyte_lies_in_arrays_below_the_large_object_heap()
    {
        var again = All.Get<ReadOnlySequence<byte>>().Again(new(new byte[1_000_000]));

        again.Length.Should().Be(1_000_000);
        foreach (var memory in again)
        {
            MemoryMarshal.TryGetArray(memory, out var array).Should().BeTrue();
            array.Array!.Length.Should().BeLessThan(85_000);
        }
    }

    [Fact]
    public void An_object_comes_back_with_all_it_holds()
    {
        var gen = Gen.Recursive<Node>(
            (depth, self) =>
                Gen.Select(
                    Gen.String,
                    Gen.Double,
                    depth > 4 ? Gen.Const(new List<Node>()) : self.List[0, 3],
                    (name, value, children) => new Node(name, value, children)
                )
        );

        gen.Sample(
            node => All.Get<Node>().Again(node, 100).Should().BeEquivalentTo(node, o => o.ComparingByMembers<Node>()),
            iter: 100
        );
    }

    [Fact]
    public void Values_that_plain_rules_would_lose_come_back()
    {
        All.Get<(int, string)>().Again((7, "seven")).Should().Be((7, "seven"));
        All.Get<double>().Again(double.NaN).Should().Be(double.NaN);
        All.Get<int?>().Again(5).Should().Be(5);
        All.Get<DayOfWeek>().Again(DayOfWeek.Friday).Should().Be(DayOfWeek.Friday);
        All.Get<ImmutableArray<string>>().Again(["a", "b"]).Should().Equal("a", "b");
    }

    [Fact]
    public void Names_of_types_hold_type_arguments_and_no_assembly()
    {
        All.Get<string>().TypeName.Should().Be("System.String");
        All.Get<Node[]>().TypeName.Should().Be("PerfKit.Caching.Tests.Tiers.ValueCodecTests+Node[]");
        All.Get<Dictionary<string, List<int?>>>()
            .TypeName.Should()
            .Be(
                "System.Collections.Generic.Dictionary`2[System.String,"
                    + "System.Collections.Generic.List`1[System.Nullable`1[System.Int32]]]"
            );
    }

    [Fact]
    public void The_name_of_an_anonymous_type_counts_for_one_build() =>
        NameOf(new { Id = 1 }).Should().EndWith($"@{typeof(ValueCodecTests).Module.ModuleVersionId:N}");

    [Fact]
    public void Weights_are_known_where_the_value_tells_them()
    {
        ValueCodec<string>.WeightOf("four").Should().Be(30);
        ValueCodec<byte[]>.WeightOf(new byte[10]).Should().Be(34);
        ValueCodec<ReadOnlyMemory<byte>>.WeightOf(new byte[10]).Should().Be(10);
        ValueCodec<ReadOnlySequence<byte>>.WeightOf(new(new byte[10])).Should().Be(10);
        ValueCodec<long>.WeightOf(1).Should().Be(8);
        ValueCodec<Node>.WeightOf(new Node("", 0, [])).Should().Be(-1);
        ValueCodec<List<byte>>.WeightOf([]).Should().Be(-1);
    }

    [Fact]
    public void One_type_has_one_codec() =>
        Parallel.For(0, 100, _ => All.Get<Node>().Should().BeSameAs(All.Get<Node>()));

    private static string NameOf<T>(T value)
    {
        value.Should().NotBeNull();
        return All.Get<T>().TypeName;
    }
}
