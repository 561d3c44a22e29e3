using System.Buffers.Text;
using CsCheck;

namespace PerfKit.Query.Tests.Keyset;

public sealed class KeysetCursorsTests
{
    private static readonly KeysetCursors Signed = Cursors.Signed(1);
    private static readonly Gen<string> Text = Gen.Char['\0', '\uD7FF']
        .Array[0, 40]
        .Select(static chars => new string(chars));
    private static readonly Guid Id = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");
    private static readonly DateTimeOffset Time = new(2026, 11, 22, 10, 11, 12, 345, 678, TimeSpan.FromHours(2));

    [Fact]
    public void TryDecode_gives_back_the_values_of_every_type()
    {
        Gen.Select(Text, Gen.Long, Gen.Int, Gen.Double, Gen.Bool, Gen.Guid)
            .Sample(
                (path, size, rank, score, hidden, id) =>
                {
                    Check("path,size,rank", path, size, rank, id);
                    Check("-score,hidden,-updatedAt", score, hidden, Time.AddTicks(rank).ToUniversalTime(), id);
                },
                iter: 500
            );

        static void Check(string sort, params object[] values)
        {
            var order = Cursors.Order(sort);
            Signed.TryDecode(order, "scope", Signed.Encode(order, "scope", values), out var read).Should().BeTrue();
            read!.Values.Should().Equal(values);
        }
    }

    [Fact]
    public void TryDecode_keeps_every_100_ns_of_a_time_and_gives_it_in_utc()
    {
        var order = Cursors.Order("updatedAt");

        Signed.TryDecode(order, "", Signed.Encode(order, "", [Time.AddTicks(1), Id]), out var read).Should().BeTrue();

        read!.Values[0].Should().BeOfType<DateTimeOffset>().Which.UtcTicks.Should().Be(Time.UtcTicks + 1);
        ((DateTimeOffset)read!.Values[0]!).Offset.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void TryDecode_refuses_every_flipped_bit_of_the_text()
    {
        var order = Cursors.Order("path,-size");
        var cursor = Signed.Encode(order, "tenant", ["docs/a.md", 42L, Id]);

        for (var bit = 0; bit < cursor.Length * 8; bit++)
        {
            var text = cursor.ToCharArray();
            text[bit / 8] ^= (char)(1 << (bit % 8));
            Signed
                .TryDecode(order, "tenant", new string(text), out var read)
                .Should()
                .BeFalse($"bit {bit} was flipped");
            read.Should().BeNull();
        }
    }

    [Fact]
    public void TryDecode_refuses_every_flipped_bit_of_the_bytes()
    {
        var order = Cursors.Order("path,-size");
        var bytes = Base64Url.DecodeFromChars(Signed.Encode(order, "tenant", ["docs/a.md", 42L, Id]));

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var changed = bytes.ToArray();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            var text = Base64Url.EncodeToString(changed);
            Signed.TryDecode(order, "tenant", text, out _).Should().BeFalse($"bit {bit} was flipped");
        }
    }

    [Fact]
    public void TryDecode_refuses_every_shortened_cursor_and_any_other_text()
    {
        var order = Cursors.Order("path");
        var cursor = Signed.Encode(order, "", ["docs/a.md", Id]);
        for (var length = 0; length < cursor.Length; length++)
        {
            Signed.TryDecode(order, "", cursor[..length], out _).Should().BeFalse();
        }

        Gen.Char.Array[0, 3000]
            .Select(static chars => new string(chars))
            .Sample(text => !Signed.TryDecode(order, "", text, out _), iter: 500);
    }

    [Theory]
    [InlineData("=")]
    [InlineData(" ")]
    [InlineData("\n")]
    [InlineData("A")]
    public void TryDecode_refuses_a_cursor_with_something_behind_it(string tail)
    {
        var order = Cursors.Order("path");

        Signed.TryDecode(order, "", Signed.Encode(order, "", ["a", Id]) + tail, out _).Should().BeFalse();
    }

    [Theory]
    [InlineData("path")]
    [InlineData("-path,-id")]
    [InlineData("path,-id")]
    [InlineData("path,hidden")]
    [InlineData("path,-size")]
    [InlineData("-path,-size")]
    [InlineData("size,path")]
    [InlineData("updatedAt,size")]
    public void TryDecode_refuses_a_cursor_of_another_sort(string other)
    {
        var order = Cursors.Order("path,size");
        var cursor = Signed.Encode(order, "", ["a", 1L, Id]);

        Signed.TryDecode(Cursors.Order(other), "", cursor, out _).Should().BeFalse();
        Signed.TryDecode(order, "", cursor, out _).Should().BeTrue();
    }

    [Fact]
    public void TryDecode_refuses_a_cursor_of_a_field_that_changed_its_type()
    {
        var before = Order(new KeysetFields().UniqueBy<long>("id", "id"));
        var after = Order(new KeysetFields().UniqueBy<double>("id", "id"));

        Signed.TryDecode(after, "", Signed.Encode(before, "", [1L]), out _).Should().BeFalse();

        static KeysetOrder Order(KeysetFields fields) =>
            fields.TryParse(null, out var order, out var error) ? order : throw new InvalidOperationException(error);
    }

    [Fact]
    public void TryDecode_refuses_a_cursor_of_another_scope()
    {
        var order = Cursors.Order("path");
        var cursor = Signed.Encode(order, "tenant-a", ["a", Id]);

        Signed.TryDecode(order, "tenant-b", cursor, out _).Should().BeFalse();
        Signed.TryDecode(order, "", cursor, out _).Should().BeFalse();
        Signed.TryDecode(order, "tenant-a", cursor, out _).Should().BeTrue();
    }

    [Fact]
    public void TryDecode_takes_cursors_of_every_key_of_the_ring_and_of_no_other()
    {
        var order = Cursors.Order("path");
        var oldCursor = Cursors.Signed(1).Encode(order, "", ["a", Id]);
        var newCursor = Cursors.Signed(2).Encode(order, "", ["a", Id]);
        var rotating = Cursors.Signed(2, 1);

        rotating.TryDecode(order, "", oldCursor, out _).Should().BeTrue();
        rotating.TryDecode(order, "", newCursor, out _).Should().BeTrue();
        rotating.Encode(order, "", ["a", Id]).Should().Be(newCursor);
        Cursors.Signed(2).TryDecode(order, "", oldCursor, out _).Should().BeFalse();
    }

    [Fact]
    public void Encode_needs_no_escaping_in_a_url()
    {
        var order = Cursors.Order("path");

        Gen.Byte.Array[0, 300]
            .Sample(
                bytes =>
                {
                    var cursor = Signed.Encode(order, "", [Convert.ToHexString(bytes), Id]);
                    return Uri.EscapeDataString(cursor) == cursor;
                },
                iter: 200
            );
    }

    [Fact]
    public void Encode_holds_1400_bytes_of_text_and_refuses_what_does_not_fit()
    {
        var order = Cursors.Order("path");

        var longest = Signed.Encode(order, "", [new string('x', 1400), Id]);
        longest.Length.Should().BeLessThanOrEqualTo(KeysetCursors.MaxLength);
        Signed.TryDecode(order, "", longest, out _).Should().BeTrue();
        var encode = () => Signed.Encode(order, "", [new string('x', 1600), Id]);
        encode.Should().Throw<InvalidOperationException>().WithMessage("*'path,id'*1623 bytes*");
    }

    [Theory]
    [InlineData(null, "*'size' is null*System.Int64*")]
    [InlineData(1.0, "*'size' is a System.Double*System.Int64*")]
    [InlineData(1, "*'size' is a System.Int32*System.Int64*")]
    public void Encode_of_a_null_or_another_type_names_the_field(object? value, string sentence)
    {
        var encode = () => Signed.Encode(Cursors.Order("size"), "", [value!, Id]);

        encode.Should().Throw<ArgumentException>().WithMessage(sentence);
    }

    [Fact]
    public void Encode_refuses_what_would_come_back_changed()
    {
        var path = () => Signed.Encode(Cursors.Order("path"), "", ["\uD800", Id]);
        var count = () => Signed.Encode(Cursors.Order("path"), "", ["a"]);

        path.Should().Throw<ArgumentException>().WithMessage("*'path' is not valid Unicode*");
        count.Should().Throw<ArgumentException>().WithMessage("*2 columns*1 values*");
    }

    [Theory]
    [InlineData(new int[0], "*Keys has 0 keys*1 to 16*")]
    [InlineData(new[] { 32, 15 }, "*Keys:1 has 15 bytes*16 to 1024*")]
    [InlineData(new[] { 1025 }, "*Keys:0 has 1025 bytes*16 to 1024*")]
    public void Constructor_refuses_keys_out_of_range(int[] lengths, string sentence)
    {
        var options = new KeysetCursorOptions();
        lengths.ToList().ForEach(length => options.Keys.Add(new byte[length]));

        var create = () => new KeysetCursors(options);

        create.Should().Throw<ArgumentException>().WithMessage(sentence);
    }
}
