using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

public sealed class LocalContentStoreTests : IDisposable
{
    private static readonly byte[] Some = TestBytes.Random(5000);
    private static readonly ContentHash SomeHash = ContentHash.Compute(Some);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CommitAsync_puts_the_file_at_its_shard_and_leaves_no_temporary_file()
    {
        await NewStore().PutAsync(Some);

        var hash = SomeHash.ToString();
        File.ReadAllBytes(_folder.File(Path.Combine(hash[..2], hash[2..]))).Should().Equal(Some);
        TemporaryFileCount().Should().Be(0);
    }

    [Fact]
    public async Task A_writer_that_a_crash_abandoned_is_invisible_and_kept_while_its_process_lives()
    {
        var abandoned = await NewStore().CreateWriterAsync(); // Never disposed, as after a crash.
        await abandoned.WriteAsync(Some);
        var info = await abandoned.FinishAsync();

        var store = NewStore();
        _clock.Advance(TimeSpan.FromDays(2));

        (await store.GetInfoAsync(info.Hash)).Should().BeNull();
        (await store.ListAllAsync()).Should().BeEmpty();
        (await store.SweepAsync(TimeSpan.FromDays(1))).Should().Be(0, "the lock says that the writer lives");
        TemporaryFileCount().Should().Be(1);
        await abandoned.DisposeAsync();
        TemporaryFileCount().Should().Be(0);
    }

    [Fact]
    public async Task SweepAsync_deletes_old_files_of_dead_processes_and_nothing_else()
    {
        var store = NewStore();
        var dead = _folder.File($"tmp/{Guid.NewGuid():N}.tmp");
        var foreign = _folder.File("tmp/notes.tmp");
        File.WriteAllText(dead, "half a content");
        File.WriteAllText(foreign, "not ours");

        (await store.SweepAsync(TimeSpan.FromHours(1))).Should().Be(0, "it is too young");
        _clock.Advance(TimeSpan.FromHours(2));
        (await store.SweepAsync(TimeSpan.FromHours(1))).Should().Be(1);

        File.Exists(dead).Should().BeFalse();
        File.Exists(foreign).Should().BeTrue();
    }

    [Fact]
    public async Task CommitAsync_heals_a_file_of_another_length_under_the_same_hash()
    {
        var store = NewStore();
        await store.PutAsync(Some);
        await File.WriteAllBytesAsync(PathOf(SomeHash), Some[..10]);

        await store.PutAsync(Some);

        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
    }

    [Fact]
    public async Task WriteToAsync_of_a_file_that_was_cut_says_where_it_ended()
    {
        var store = NewStore();
        await store.PutAsync(Some);
        await using var reader = (await store.OpenReadAsync(SomeHash))!;
        await File.WriteAllBytesAsync(PathOf(SomeHash), Some[..10]);

        var copy = async () =>
            await reader.WriteToAsync(System.IO.Pipelines.PipeWriter.Create(Stream.Null), 0, Some.Length);

        await copy.Should().ThrowAsync<EndOfStreamException>().WithMessage("*ended at byte 10, 4990 bytes before*");
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_below_the_root_is_not_followed(bool shardIsLink)
    {
        using var outside = new TempFolder();
        var store = NewStore();
        var (shard, name) = (Path.GetDirectoryName(PathOf(SomeHash))!, Path.GetFileName(PathOf(SomeHash)));
        await File.WriteAllBytesAsync(outside.File(name), Some);
        if (shardIsLink)
        {
            MakeLink(() => Directory.CreateSymbolicLink(shard, outside.Path));
        }
        else
        {
            Directory.CreateDirectory(shard);
            MakeLink(() => File.CreateSymbolicLink(PathOf(SomeHash), outside.File(name)));
        }

        (await store.GetInfoAsync(SomeHash)).Should().BeNull();
        (await store.OpenReadAsync(SomeHash)).Should().BeNull();
        (await store.ListAllAsync()).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task CommitAsync_never_writes_through_a_link()
    {
        using var outside = new TempFolder();
        var store = NewStore();
        MakeLink(() => Directory.CreateSymbolicLink(Path.GetDirectoryName(PathOf(SomeHash))!, outside.Path));

        var put = () => store.PutAsync(Some);

        await put.Should().ThrowAsync<IOException>().WithMessage("*follows no links below its root*");
        Directory.EnumerateFileSystemEntries(outside.Path).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task CommitAsync_replaces_a_link_under_the_hash_and_leaves_its_target()
    {
        using var outside = new TempFolder();
        await File.WriteAllTextAsync(outside.File("target"), "untouched");
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(SomeHash))!);
        MakeLink(() => File.CreateSymbolicLink(PathOf(SomeHash), outside.File("target")));
        var store = NewStore();

        await store.PutAsync(Some);

        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
        File.ReadAllText(outside.File("target")).Should().Be("untouched");
    }

    [SkippableFact]
    public void Constructor_refuses_a_temporary_folder_that_is_a_link()
    {
        using var outside = new TempFolder();
        MakeLink(() => Directory.CreateSymbolicLink(_folder.File("tmp"), outside.Path));

        var open = () => NewStore();

        open.Should().Throw<IOException>().WithMessage("*tmp is a link to*");
    }

    [Fact]
    public async Task Foreign_files_and_folders_are_not_contents()
    {
        var store = NewStore();
        var shard = Directory.CreateDirectory(_folder.File("ab")).FullName;
        await File.WriteAllTextAsync(Path.Combine(shard, "readme"), "x");
        var folderLikeAHash = Directory.CreateDirectory(Path.Combine(shard, new string('0', 62)));

        (await store.ListAllAsync()).Should().BeEmpty();
        (await store.OpenReadAsync(ContentHash.Parse("ab" + folderLikeAHash.Name))).Should().BeNull();
    }

    [Fact]
    public async Task CreateWriterAsync_of_more_than_the_disk_holds_is_refused_before_a_byte_is_taken()
    {
        var store = NewStore();

        var create = async () => await store.CreateWriterAsync(1L << 60);

        await create.Should().ThrowAsync<ContentStoreFullException>().WithMessage($"*{_folder.Path}*has room for*");
        TemporaryFileCount().Should().Be(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\0b")]
    public void Constructor_without_a_usable_root_names_the_option(string root)
    {
        var open = () => new LocalContentStore(new LocalContentStoreOptions { Root = root });

        open.Should().Throw<ArgumentException>().WithMessage("LocalContentStoreOptions.Root is '*must be the path*");
    }

    [Fact]
    public async Task CommitAsync_tried_again_after_an_error_succeeds()
    {
        var store = NewStore();
        var shard = Path.GetDirectoryName(PathOf(SomeHash))!;
        await File.WriteAllTextAsync(shard, "a file where the shard folder belongs");
        await using var writer = await store.CreateWriterAsync();
        await writer.WriteAsync(Some);
        await writer.FinishAsync();
        var commit = async () => await writer.CommitAsync();
        await commit.Should().ThrowAsync<IOException>();
        File.Delete(shard);

        await writer.CommitAsync();

        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
    }

    private static void MakeLink(Action make)
    {
        try
        {
            make();
        }
        catch (IOException e) when (OperatingSystem.IsWindows())
        {
            throw new SkipException($"This Windows user may not make links: {e.Message}");
        }
    }

    private LocalContentStore NewStore() =>
        new(new LocalContentStoreOptions { Root = _folder.Path }, meterFactory: null, _clock);

    private string PathOf(ContentHash hash) => _folder.File(Path.Combine($"{hash}"[..2], $"{hash}"[2..]));

    private int TemporaryFileCount() => Directory.GetFiles(_folder.File("tmp")).Length;
}
