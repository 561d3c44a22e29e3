using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

/// <summary>What others may do to a store's folder: each ends in one sentence that names the path, and harms nothing else.</summary>
public sealed class LocalBadInputTests : IDisposable
{
    private static readonly byte[] Some = TestBytes.Random(5000);
    private static readonly ContentHash SomeHash = ContentHash.Compute(Some);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly LocalContentStore _store;

    public LocalBadInputTests()
    {
        _store = new LocalContentStore(new LocalContentStoreOptions { Root = Root }, meterFactory: null, _clock);
    }

    private string Root => _folder.File("store");

    private string Shard => Path.Combine(Root, $"{SomeHash}"[..2]);

    private string Place => Path.Combine(Shard, $"{SomeHash}"[2..]);

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task A_FIFO_with_a_contents_name_is_no_content_and_is_replaced_by_one()
    {
        Skip.If(OperatingSystem.IsWindows(), "There are no FIFOs in folders.");
        Directory.CreateDirectory(Shard);
        using (var mkfifo = Process.Start("mkfifo", Place))
        {
            await mkfifo.WaitForExitAsync();
        }

        (await _store.GetInfoAsync(SomeHash)).Should().BeNull();
        (await _store.OpenReadAsync(SomeHash)).Should().BeNull();
        (await _store.ListAllAsync()).Should().BeEmpty();
        await _store.PutAsync(Some);

        (await _store.ReadAllAsync(SomeHash)).Should().Equal(Some);
    }

    [Fact]
    public async Task A_folder_with_a_contents_name_is_no_content_and_stands_in_the_way_of_one()
    {
        Directory.CreateDirectory(Place);

        (await _store.GetInfoAsync(SomeHash)).Should().BeNull();
        (await _store.ListAllAsync()).Should().BeEmpty();
        var put = () => _store.PutAsync(Some);
        var delete = async () => await _store.DeleteAsync(SomeHash);

        (await put.Should().ThrowAsync<Exception>()).Which.Message.Should().Contain(Place);
        (await _store.DeleteAsync(SomeHash, _clock.GetUtcNow())).Should().BeFalse();
        Directory.Exists(Place).Should().BeTrue();
        Directory.GetFiles(Path.Combine(Root, "tmp")).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_where_a_shard_belongs_holds_nothing_and_stands_in_the_way()
    {
        await File.WriteAllTextAsync(Shard, "a file");

        (await _store.GetInfoAsync(SomeHash)).Should().BeNull();
        (await _store.ListAllAsync()).Should().BeEmpty();
        var put = () => _store.PutAsync(Some);

        (await put.Should().ThrowAsync<IOException>()).Which.Message.Should().Contain(Shard);
    }

    [Fact]
    public async Task A_content_that_was_cut_from_outside_shows_its_length_until_it_comes_again()
    {
        await _store.PutAsync(Some);
        await File.WriteAllBytesAsync(Place, Some[..10]);

        (await _store.GetInfoAsync(SomeHash))!.Length.Should().Be(10);
        await _store.PutAsync(Some);

        (await _store.ReadAllAsync(SomeHash)).Should().Equal(Some);
    }

    [SkippableFact]
    public async Task A_temporary_folder_that_became_a_link_is_refused_and_nothing_in_it_is_swept()
    {
        using var outside = new TempFolder();
        var file = outside.File($"{Guid.NewGuid():N}.tmp");
        await File.WriteAllTextAsync(file, "theirs");
        Directory.Delete(Path.Combine(Root, "tmp"));
        MakeLink(() => Directory.CreateSymbolicLink(Path.Combine(Root, "tmp"), outside.Path));
        _clock.Advance(TimeSpan.FromDays(1));

        var put = () => _store.PutAsync(Some);
        var sweep = async () => await _store.SweepAsync(TimeSpan.Zero);

        await put.Should().ThrowAsync<IOException>().WithMessage("*tmp is a link to*follows no links*");
        await sweep.Should().ThrowAsync<IOException>().WithMessage("*tmp is a link to*");
        File.Exists(file).Should().BeTrue();
    }

    [SkippableFact]
    public async Task A_link_in_the_temporary_folder_is_not_swept_and_its_target_stays()
    {
        using var outside = new TempFolder();
        var target = outside.File("target");
        await File.WriteAllTextAsync(target, "theirs");
        MakeLink(() => File.CreateSymbolicLink(Path.Combine(Root, "tmp", $"{Guid.NewGuid():N}.tmp"), target));
        _clock.Advance(TimeSpan.FromDays(1));

        (await _store.SweepAsync(TimeSpan.Zero)).Should().Be(0);

        File.ReadAllText(target).Should().Be("theirs");
    }

    [SkippableFact]
    public async Task DeleteAsync_of_a_link_with_a_contents_name_leaves_its_target()
    {
        using var outside = new TempFolder();
        var target = outside.File("target");
        await File.WriteAllTextAsync(target, "theirs");
        Directory.CreateDirectory(Shard);
        MakeLink(() => File.CreateSymbolicLink(Place, target));

        (await _store.DeleteAsync(SomeHash, _clock.GetUtcNow() + TimeSpan.FromDays(1))).Should().BeFalse();
        await _store.DeleteAsync(SomeHash);

        File.ReadAllText(target).Should().Be("theirs");
    }

    [Fact]
    public async Task A_root_that_is_gone_is_an_error_and_not_an_empty_store()
    {
        await _store.PutAsync(Some);
        Directory.Delete(Root, recursive: true);

        Func<Task>[] calls =
        [
            async () => await _store.GetInfoAsync(SomeHash),
            async () => await _store.OpenReadAsync(SomeHash),
            async () => await _store.ListAllAsync(),
            async () => await _store.DeleteAsync(SomeHash),
            async () => await _store.SweepAsync(TimeSpan.Zero),
            async () => await _store.PutAsync(Some),
        ];
        foreach (var call in calls)
        {
            await call.Should()
                .ThrowAsync<DirectoryNotFoundException>()
                .WithMessage("*of a content store is gone; mount*");
        }

        Directory.Exists(Root).Should().BeFalse("where a disk was unmounted, a new folder would lie on another");
    }

    [Fact]
    public async Task A_root_that_goes_while_a_content_is_written_fails_its_commit_alone()
    {
        await using var writer = await _store.CreateWriterAsync();
        await writer.WriteAsync(Some);
        await writer.FinishAsync();
        Directory.Delete(Root, recursive: true);

        var commit = async () => await writer.CommitAsync();

        await commit.Should().ThrowAsync<DirectoryNotFoundException>().WithMessage("*is gone; mount*");
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
}
