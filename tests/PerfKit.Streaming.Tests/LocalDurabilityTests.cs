using Microsoft.Win32.SafeHandles;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

/// <summary>
/// What is synced, and when: a power cut cannot be had in a test, the order it rests on can. Each sync is recorded with what
/// the store's folder held at that moment.
/// </summary>
public sealed class LocalDurabilityTests : IDisposable
{
    private static readonly byte[] Some = TestBytes.Random(5000);
    private static readonly string SomeHash = ContentHash.Compute(Some).ToString();

    private readonly TempFolder _folder = new();
    private readonly List<string> _syncs = [];
    private Func<SafeFileHandle, bool> _fails = static _ => false;

    private string Root => _folder.File("made/here");

    private string Shard => Path.Combine(Root, SomeHash[..2]);

    private string Place => Path.Combine(Shard, SomeHash[2..]);

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task CommitAsync_syncs_the_file_before_its_rename_and_the_folders_after_it()
    {
        var store = Open();
        _syncs.Clear();

        await store.PutAsync(Some);

        _syncs.Should().Equal("file, unnamed", $"{SomeHash[..2]}, named", "here, named");
    }

    [SkippableFact]
    public void Opening_a_store_syncs_every_folder_it_made_into_its_parent()
    {
        Open();

        _syncs.Should().Equal("here, unnamed", "made, unnamed", $"{Path.GetFileName(_folder.Path)}, unnamed");
    }

    [SkippableFact]
    public async Task CommitAsync_of_a_present_content_syncs_that_one_for_who_brought_it_may_not_have()
    {
        await new LocalContentStore(new LocalContentStoreOptions { Root = Root, Durable = false }).PutAsync(Some);
        var store = Open();
        _syncs.Clear();

        await store.PutAsync(Some);

        _syncs.Should().Equal("file, named", "file, named", $"{SomeHash[..2]}, named", "here, named");
    }

    [SkippableFact]
    public async Task A_second_content_of_a_shard_does_not_sync_the_root_again()
    {
        var store = Open();
        await store.PutAsync(Some);
        _syncs.Clear();

        await store.PutAsync(Some);

        _syncs.Should().NotContain(sync => sync.StartsWith("here"));
    }

    [SkippableFact]
    public async Task FinishAsync_whose_sync_failed_is_final()
    {
        var store = Open();
        await using var writer = await store.CreateWriterAsync();
        await writer.WriteAsync(Some);
        var finish = async () => await writer.FinishAsync();
        _fails = static file => !IsFolder(file);
        await finish.Should().ThrowAsync<IOException>().WithMessage("Input/output error");
        _fails = static _ => false;

        await finish.Should().ThrowAsync<InvalidOperationException>().WithMessage("*is failed*");
    }

    [SkippableFact]
    public async Task CommitAsync_whose_sync_failed_is_final_for_a_second_sync_would_hide_the_error()
    {
        var store = Open();
        await using var writer = await store.CreateWriterAsync();
        await writer.WriteAsync(Some);
        await writer.FinishAsync();
        var commit = async () => await writer.CommitAsync();
        _fails = IsFolder;
        await commit.Should().ThrowAsync<IOException>().WithMessage("Input/output error");
        _fails = static _ => false;

        await commit
            .Should()
            .ThrowAsync<IOException>()
            .WithMessage($"*{SomeHash}*failed before; write the content anew*");
    }

    private static bool IsFolder(SafeFileHandle file) => (File.GetAttributes(file) & FileAttributes.Directory) != 0;

    private LocalContentStore Open()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Reads the path of an open file from /proc.");
        return new LocalContentStore(new LocalContentStoreOptions { Root = Root }, null, null, Record);
    }

    private void Record(SafeFileHandle file)
    {
        if (_fails(file))
        {
            throw new IOException("Input/output error", hresult: 5);
        }

        var path = new FileInfo($"/proc/self/fd/{file.DangerousGetHandle()}").LinkTarget!;
        var what = IsFolder(file) ? Path.GetFileName(path) : "file";
        _syncs.Add($"{what}, {(File.Exists(Place) ? "named" : "unnamed")}");
        RandomAccess.FlushToDisk(file);
    }
}
