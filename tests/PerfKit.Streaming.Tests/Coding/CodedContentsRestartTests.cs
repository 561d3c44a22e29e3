using PerfKit.Streaming.Internal.Coding;

namespace PerfKit.Streaming.Tests.Coding;

/// <summary>What a process finds in its folder, whatever its forerunner left there.</summary>
public sealed class CodedContentsRestartTests
{
    [Fact]
    public async Task What_was_kept_is_found_again_without_coding()
    {
        await using var coded = new CodedFixture();
        var text = CodedFixture.Text(50_000);
        var large = CodedFixture.Text(400_000);
        var noise = TestBytes.Random(50_000);
        var first = await coded.AskAsync(text, CodedFixture.Brotli);
        await coded.AskAsync(noise, CodedFixture.Brotli);
        await coded.AskAsync(large, CodedFixture.Gzip);
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(large, CodedFixture.Gzip));
        var used = coded.Contents.UsedBytes;

        await coded.RestartAsync();

        coded.Contents.UsedBytes.Should().Be(used);
        (await coded.AskAsync(text, CodedFixture.Brotli)).Should().Equal(first);
        (await coded.AskAsync(noise, CodedFixture.Brotli)).Should().BeNull();
        (await coded.AskAsync(large, CodedFixture.Gzip)).Should().BeNull("it is read through first");
        await coded.Contents.WhenMadeAsync(CodedFixture.Key(large, CodedFixture.Gzip));
        (await coded.AskAsync(large, CodedFixture.Gzip)).Should().NotBeNull();
        coded.Opened.Should().Be(3, "each was coded once");
    }

    [Fact]
    public async Task Half_written_files_are_swept_and_those_of_others_are_left()
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(5_000);
        var path = coded.PathOf(source, CodedFixture.Brotli);
        var mine = Path.Combine(coded.Options.Folder, "notes.txt");
        await coded.RestartAsync(() =>
        {
            File.WriteAllText(Path.Combine(coded.Options.Folder, $"{Guid.NewGuid():N}.tmp"), "half");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "shorter than a trailer");
            File.WriteAllText(mine, "not of this package");
        });

        coded.Files.Should().Equal(mine);
        coded.Contents.UsedBytes.Should().Be(0);
        CodedFixture
            .Decode(ContentCoding.Brotli, (await coded.AskAsync(source, CodedFixture.Brotli))!)
            .Should()
            .Equal(source);
    }

    [Theory]
    [InlineData("a bit of the coded bytes")]
    [InlineData("a bit of the trailer's hash")]
    [InlineData("cut by a byte")]
    [InlineData("cut to the trailer's length")]
    [InlineData("zeros, as a power cut leaves them")]
    [InlineData("another content's file")]
    [InlineData("another coding's file")]
    public async Task A_damaged_file_is_never_served_and_is_made_again(string damage)
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000, seed: 1);
        var other = CodedFixture.Text(50_000, seed: 2);
        await coded.AskAsync(source, CodedFixture.Brotli);
        await coded.AskAsync(source, CodedFixture.Gzip);
        await coded.AskAsync(other, CodedFixture.Brotli);
        var path = coded.PathOf(source, CodedFixture.Brotli);

        await coded.RestartAsync(() =>
        {
            var bytes = File.ReadAllBytes(path);
            switch (damage)
            {
                case "a bit of the coded bytes":
                    bytes[bytes.Length / 2] ^= 1;
                    break;
                case "a bit of the trailer's hash":
                    bytes[^20] ^= 1;
                    break;
                case "cut by a byte":
                    bytes = bytes[..^1];
                    break;
                case "cut to the trailer's length":
                    bytes = bytes[^80..];
                    break;
                case "zeros, as a power cut leaves them":
                    bytes = new byte[bytes.Length];
                    break;
                case "another content's file":
                    bytes = File.ReadAllBytes(coded.PathOf(other, CodedFixture.Brotli));
                    break;
                default:
                    bytes = File.ReadAllBytes(coded.PathOf(source, CodedFixture.Gzip));
                    break;
            }

            File.WriteAllBytes(path, bytes);
        });

        CodedFixture
            .Decode(ContentCoding.Brotli, (await coded.AskAsync(source, CodedFixture.Brotli))!)
            .Should()
            .Equal(source);
        coded.Opened.Should().Be(4, "it was coded again");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_is_cut_or_deleted_while_the_process_runs_is_made_again(bool delete)
    {
        await using var coded = new CodedFixture();
        var source = CodedFixture.Text(50_000);
        var first = await coded.AskAsync(source, CodedFixture.Brotli);
        var path = coded.PathOf(source, CodedFixture.Brotli);
        if (delete)
        {
            File.Delete(path);
        }
        else
        {
            await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..^100]);
        }

        (await coded.AskAsync(source, CodedFixture.Brotli)).Should().Equal(first);
        coded.Opened.Should().Be(2);
    }

    [Fact]
    public async Task A_smaller_bound_after_a_restart_is_kept_at_once_and_the_newest_stay()
    {
        await using var coded = new CodedFixture();
        var sources = Enumerable.Range(0, 100).Select(seed => CodedFixture.Text(200_000, seed)).ToList();
        foreach (var source in sources)
        {
            await coded.AskAsync(source, CodedFixture.Gzip);
            File.SetLastWriteTimeUtc(coded.PathOf(source, CodedFixture.Gzip), coded.Clock.GetUtcNow().UtcDateTime);
            coded.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await coded.RestartAsync(() => coded.Options.CapacityBytes = coded.Options.MaxSourceBytes = 1 << 20);

        coded.Contents.UsedBytes.Should().BeInRange(900_000, 1 << 20);
        File.Exists(coded.PathOf(sources[^1], CodedFixture.Gzip)).Should().BeTrue();
        File.Exists(coded.PathOf(sources[0], CodedFixture.Gzip)).Should().BeFalse();
        coded.Files.Sum(path => (new FileInfo(path).Length + 4095) / 4096 * 4096).Should().Be(coded.Contents.UsedBytes);
    }

    [Fact]
    public async Task A_second_owner_of_the_folder_is_refused_with_a_sentence()
    {
        await using var coded = new CodedFixture();

        var second = () => new CodedContents(coded.Options);

        second.Should().Throw<IOException>().WithMessage("CodedContentsOptions.Folder *coded is in use by another*");
    }
}
