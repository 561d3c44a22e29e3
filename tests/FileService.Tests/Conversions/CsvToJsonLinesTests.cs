using System.Text;
using System.Text.Json;
using CsCheck;
using FileService.Files.Conversions;
using static FileService.Tests.Conversions.ConversionRunner;

namespace FileService.Tests.Conversions;

public sealed class CsvToJsonLinesTests
{
    [Theory]
    [InlineData("name,age\nAnn,4\n", "{\"name\":\"Ann\",\"age\":\"4\"}\n")]
    [InlineData("\uFEFFa,b\r\n1,\"x,\"\"y\"\"\r\nz\"\r\n", "{\"a\":\"1\",\"b\":\"x,\\\"y\\\"\\r\\nz\"}\n")]
    [InlineData("a\n\n1\n\n2", "{\"a\":\"1\"}\n{\"a\":\"2\"}\n")]
    [InlineData(" a , é€ \n<b>,\"\"\n", "{\"a\":\"<b>\",\"é€\":\"\"}\n")]
    [InlineData("a,b\n", "")]
    public async Task Convert_gives_one_object_a_row(string csv, string expected) =>
        (await ConvertAsync("jsonl", "text/csv", csv)).Should().Be(expected);

    [Fact]
    public async Task Convert_of_tab_separated_values_parts_at_tabs() =>
        (await ConvertAsync("jsonl", "text/tab-separated-values", "a\tb\n1,5\t2\n"))
            .Should()
            .Be("{\"a\":\"1,5\",\"b\":\"2\"}\n");

    [Theory]
    [InlineData("", "line 1", "no header row")]
    [InlineData("\n\n", "line 1", "no header row")]
    [InlineData("a,,c\n1,2,3", "line 1", "Column 2")]
    [InlineData("a,b,a\n1,2,3", "line 1", "repeats the name 'a'")]
    [InlineData("a,b\n1,2\n3", "line 3", "1 fields but 2")]
    [InlineData("a,b\n1,2,3\n", "line 2", "3 fields but 2")]
    [InlineData("a,b\n\"1\n2\",3\n4\n", "line 4", "1 fields but 2")]
    [InlineData("a,b\n1\"x,2\n", "line 2", "quote")]
    [InlineData("a,b\n\"1\"x,2\n", "line 2", "closing quote")]
    [InlineData("a,b\n1,2\n\"3,4\n5,6\n", "line 3", "never closed")]
    public async Task Convert_of_broken_CSV_names_the_line_and_the_fault(string csv, string line, string fault)
    {
        var convert = () => ConvertAsync("jsonl", "text/csv", csv);
        var thrown = (await convert.Should().ThrowAsync<ConversionException>()).Which;
        thrown.Parameter.Should().Be(line);
        thrown.Message.Should().Contain(fault).And.EndWith(".");
    }

    [Fact]
    public async Task Convert_of_text_that_is_not_UTF8_names_the_line()
    {
        var convert = () => ConvertAsync("jsonl", "text/csv", [.. "a,b\n1,2\n3,"u8, 0xC3, (byte)'\n']);
        (await convert.Should().ThrowAsync<ConversionException>()).WithMessage("Line 3 of the CSV is not valid UTF-8.");
    }

    [Fact]
    public async Task Convert_of_an_endless_row_stops_at_its_bound()
    {
        var convert = () =>
            ConvertAsync("jsonl", "text/csv", "a,b\n\"" + string.Concat(Enumerable.Repeat("xxxxxxx\n", 1 << 20)));
        (await convert.Should().ThrowAsync<ConversionException>()).WithMessage("*line 2*longer than*");
    }

    [Fact]
    public async Task Convert_of_any_table_gives_its_cells_back() =>
        await Gen.OneOf("", "x", "\"", ",", "\n", "\r\n", "é", "😀", " ", "\\", "\t", "\u2028", "</script>")
            .Array[0, 5]
            .Select(string.Concat)
            .Array[3]
            .Array[0, 20]
            .SampleAsync(
                static async rows =>
                {
                    var csv = new StringBuilder("a,b,c\n");
                    foreach (var row in rows)
                    {
                        csv.AppendJoin(',', row.Select(static cell => '"' + cell.Replace("\"", "\"\"") + '"'))
                            .Append('\n');
                    }

                    var json = await ConvertAsync("jsonl", "text/csv", csv.ToString());
                    var read = json.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(static line => JsonSerializer.Deserialize<Dictionary<string, string>>(line)!)
                        .Select(static line => new[] { line["a"], line["b"], line["c"] });
                    read.Should().BeEquivalentTo(rows, static o => o.WithStrictOrdering());
                },
                iter: 300
            );

    [Fact]
    public async Task Convert_of_a_large_file_keeps_memory_flat()
    {
        var csv = new RepeatedStream(
            "id,name,text\n"u8.ToArray(),
            "12345,some name,\"quoted, with \"\"marks\"\"\"\n"u8.ToArray(),
            1_000_000
        );
        var before = GC.GetAllocatedBytesForCurrentThread();
        await CsvToJsonLines.ForCommas.ConvertAsync(csv, Stream.Null, CancellationToken.None);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2 << 20); // Of 40 MB read.
    }

    private sealed class RepeatedStream(byte[] head, byte[] row, int rows) : MemoryStream
    {
        private readonly int _total = head.Length + (row.Length * rows);
        private int _at;

        public override int Read(Span<byte> buffer)
        {
            var count = Math.Min(buffer.Length, _total - _at);
            for (var i = 0; i < count; i++, _at++)
            {
                buffer[i] = _at < head.Length ? head[_at] : row[(_at - head.Length) % row.Length];
            }

            return count;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(Read(buffer.Span));

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
