using System.Text;
using FileService.Files.Search;
using PerfKit.Query;

namespace FileService.Tests.Search;

public sealed class TextExtractorTests
{
    [Fact]
    public async Task TryExtract_of_UTF8_gives_the_text_without_its_mark()
    {
        (await ExtractAsync([.. Encoding.UTF8.Preamble, .. "héllo"u8])).Should().Be("héllo");
        (await ExtractAsync([])).Should().BeEmpty();
        (await ExtractAsync("<svg onload='x'>"u8.ToArray())).Should().Be("<svg onload='x'>");
        (await ExtractAsync("cafe\u0301"u8.ToArray())).Should().Be("café");
    }

    [Fact]
    public async Task TryExtract_of_UTF16_with_a_mark_gives_the_text()
    {
        (await ExtractAsync([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("héllo😀")])).Should().Be("héllo😀");
        (await ExtractAsync([0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes("héllo😀")])).Should().Be("héllo😀");
        (await ExtractAsync([0xFF, 0xFE, 0x00, 0xD8])).Should().BeNull();
        (await ExtractAsync([0xFF, 0xFE, 0x41])).Should().BeNull();
        (await ExtractAsync([0xFF, 0xFE, 0x41, 0, 0, 0])).Should().BeNull();
    }

    [Theory]
    [InlineData(new byte[] { 0x41, 0, 0x42 })]
    [InlineData(new byte[] { 0xC3 })]
    [InlineData(new byte[] { 0xC0, 0xAF })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0x89, 0x50, 0x4E, 0x47 })]
    public async Task TryExtract_of_what_is_not_text_gives_null(byte[] content) =>
        (await ExtractAsync(content)).Should().BeNull();

    [Fact]
    public async Task TryExtract_with_a_rune_across_the_first_block_reads_on()
    {
        var text = new string('a', 8191) + "é" + new string('b', 100_000);
        (await ExtractAsync(Encoding.UTF8.GetBytes(text))).Should().Be(text);
    }

    [Fact]
    public async Task TryExtract_gives_runes_of_every_length_whole_wherever_its_blocks_end()
    {
        for (var before = 0; before < 8; before++)
        {
            var text = new string('a', before) + string.Concat(Enumerable.Repeat("é€😀", 5_000));
            (await ExtractAsync(Encoding.UTF8.GetBytes(text))).Should().Be(text);
            (await ExtractAsync([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(text)])).Should().Be(text);
        }
    }

    [Fact]
    public async Task TryExtract_with_a_late_NUL_gives_a_space_there_and_late_invalid_bytes_give_null()
    {
        byte[] head = [.. Enumerable.Repeat((byte)'a', 9_000)];
        (await ExtractAsync([.. head, 0, (byte)'b'])).Should().Be(new string('a', 9_000) + " b");
        (await ExtractAsync([.. head, 0xFF])).Should().BeNull();
    }

    [Fact]
    public async Task TryExtract_of_more_than_4_MiB_is_cut_between_runes()
    {
        var bytes = Encoding.UTF8.GetBytes("x" + new string('é', 3 << 20));
        var text = await ExtractAsync(bytes);
        text.Should().NotBeNull();
        text!.Length.Should().Be(1 + (((4 << 20) - 1) / 2));
        text.Should().NotContain("\uFFFD");
    }

    [Fact]
    public async Task TryExtract_of_too_many_distinct_tokens_ends_where_the_index_is_full()
    {
        var source = string.Join(' ', Enumerable.Range(0, 300_000).Select(static i => $"t{i:x}"));
        var text = await ExtractAsync(Encoding.UTF8.GetBytes(source));
        text!.Length.Should().BeInRange(500_000, 900_000);
        source.Should().StartWith(text);

        SearchText.IndexedLength(text).Should().Be(text.Length);
        SearchText.IndexedLength(source).Should().Be(text.Length);
    }

    private static async Task<string?> ExtractAsync(byte[] content) =>
        await TextExtractor.TryExtractAsync(new MemoryStream(content), CancellationToken.None);
}
