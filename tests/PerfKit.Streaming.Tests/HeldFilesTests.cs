using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using PerfKit.Streaming.Internal;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

/// <summary>A file that the store still holds open is read only as long as its name leads to it unchanged.</summary>
public sealed class HeldFilesTests : IDisposable
{
    private static readonly byte[] Some = TestBytes.Random(5000);
    private static readonly ContentHash SomeHash = ContentHash.Compute(Some);
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    private readonly TempFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow.AddHours(1)); // All changes are old.

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public async Task Opening_again_opens_no_file_and_two_seconds_later_none_is_open()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are held on Linux.");
        var store = await HeldAsync();
        OpenFiles().Should().Be(1);

        await using (var first = await store.OpenReadAsync(SomeHash))
        await using (var second = await store.OpenReadAsync(SomeHash))
        {
            OpenFiles().Should().Be(1, "both readers share it");
        }

        _clock.Advance(Turn);
        _clock.Advance(Turn);
        OpenFiles().Should().Be(0);

        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
        OpenFiles().Should().Be(1, "the clock was set again");
        _clock.Advance(Turn);
        _clock.Advance(Turn);
        OpenFiles().Should().Be(0);
    }

    [Fact]
    public async Task A_content_that_the_store_deleted_is_gone_at_once()
    {
        var store = await HeldAsync();

        (await store.DeleteAsync(SomeHash)).Should().BeTrue();

        (await store.OpenReadAsync(SomeHash)).Should().BeNull();
    }

    [Fact]
    public async Task A_content_that_another_process_deleted_is_gone_at_once()
    {
        var store = await HeldAsync();

        File.Delete(Place);

        (await store.OpenReadAsync(SomeHash)).Should().BeNull();
    }

    [SkippableFact]
    public async Task A_deleted_content_is_gone_though_a_backup_still_has_its_file_by_another_name()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Makes a hard link.");
        var store = await HeldAsync();

        using (var link = Process.Start("ln", [Place, _folder.File("backup")]))
        {
            await link.WaitForExitAsync();
            link.ExitCode.Should().Be(0);
        }

        LetTheClockTick();
        File.Delete(Place);

        (await store.OpenReadAsync(SomeHash)).Should().BeNull();
    }

    [SkippableFact]
    public async Task A_file_is_not_held_in_the_second_after_a_change()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are held on Linux.");
        var store = NewStore();
        await store.PutAsync(Some);
        _clock.AdjustTime(DateTimeOffset.UtcNow);
        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
        OpenFiles().Should().Be(0, "its name may have been taken away since it was opened");

        _clock.Advance(TimeSpan.FromMinutes(1));
        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
        OpenFiles().Should().Be(1);
    }

    [Fact]
    public async Task A_file_that_was_replaced_is_opened_anew()
    {
        var store = await HeldAsync();
        var other = TestBytes.Random(6000);
        await File.WriteAllBytesAsync(_folder.File("other"), other);

        File.Move(_folder.File("other"), Place, overwrite: true);

        (await store.ReadAllAsync(SomeHash)).Should().Equal(other);
    }

    [Fact]
    public async Task A_file_that_was_cut_has_its_new_length()
    {
        var store = await HeldAsync();

        await File.WriteAllBytesAsync(Place, Some[..10]);

        await using var reader = (await store.OpenReadAsync(SomeHash))!;
        reader.Length.Should().Be(10);
    }

    [Fact]
    public async Task A_reader_that_was_disposed_reads_no_more_and_takes_nothing_from_the_others()
    {
        var store = await HeldAsync();
        await using var stays = (await store.OpenReadAsync(SomeHash))!;
        var leaves = (await store.OpenReadAsync(SomeHash))!;

        for (var again = 0; again < 3; again++)
        {
            await leaves.DisposeAsync();
        }

        _clock.Advance(Turn);
        _clock.Advance(Turn);
        (await stays.ReadAsync(0, new byte[Some.Length])).Should().Be(Some.Length);
        var read = async () => await leaves.ReadAsync(0, new byte[1]);
        await read.Should().ThrowAsync<ObjectDisposedException>();
    }

    [Fact]
    public void A_file_whose_last_use_has_ended_is_closed_and_cannot_be_used_again()
    {
        using var handle = File.OpenHandle(_folder.File("some"), FileMode.Create, FileAccess.Write);
        var file = new HeldFile(handle, default, turn: 0);
        file.TryUse().Should().BeTrue();

        file.Dispose();
        handle.IsClosed.Should().BeFalse("one use is left");
        file.Dispose();

        handle.IsClosed.Should().BeTrue();
        file.TryUse().Should().BeFalse();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(256, 32)]
    [InlineData(1024, 128)]
    [InlineData(1 << 20, 4096)]
    [InlineData(ulong.MaxValue, 4096)]
    public void Most_descriptors_are_left_to_others(ulong descriptors, int mostFiles) =>
        HeldFiles.MostFilesOf(descriptors).Should().Be(mostFiles);

    [SkippableFact]
    public async Task No_more_files_are_held_than_the_bound()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are held on Linux.");
        var store = NewStore();
        for (var number = 0; number < HeldFiles.MostFiles + 50; number++)
        {
            var bytes = BitConverter.GetBytes(number);
            await store.PutAsync(bytes);
            (await store.ReadAllAsync(ContentHash.Compute(bytes))).Should().Equal(bytes);
        }

        OpenFiles().Should().Be(HeldFiles.MostFiles);
    }

    [Fact]
    public async Task Readers_read_while_their_files_are_let_go_deleted_and_brought_back()
    {
        var store = await HeldAsync();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() => ReadOnAsync(store))).ToArray();

        for (var round = 0; !readers.All(static reader => reader.IsCompleted); round++)
        {
            _clock.Advance(Turn);
            if (round % 3 == 0)
            {
                await store.DeleteAsync(SomeHash);
                await store.PutAsync(Some);
            }
        }

        await Task.WhenAll(readers);
    }

    private static async Task ReadOnAsync(LocalContentStore store)
    {
        var bytes = new byte[Some.Length];
        for (var reads = 0; reads < 500; )
        {
            await using var reader = await store.OpenReadAsync(SomeHash);
            if (reader is not null)
            {
                (await reader.ReadAsync(0, bytes)).Should().Be(Some.Length);
                bytes.AsSpan().SequenceEqual(Some).Should().BeTrue();
                reads++;
            }
        }
    }

    /// <summary>A store with one content, which was just read.</summary>
    private async Task<LocalContentStore> HeldAsync()
    {
        var store = NewStore();
        await store.PutAsync(Some);
        (await store.ReadAllAsync(SomeHash)).Should().Equal(Some);
        return store;
    }

    private LocalContentStore NewStore() =>
        new(new LocalContentStoreOptions { Root = _folder.Path, Durable = false }, meterFactory: null, _clock);

    private string Place => _folder.File($"{SomeHash.ToString()[..2]}/{SomeHash.ToString()[2..]}");

    /// <summary>Until the clock that dates changes has moved on; a few milliseconds.</summary>
    private void LetTheClockTick()
    {
        var probe = _folder.File("probe");
        DateTime Written()
        {
            File.WriteAllText(probe, "");
            return File.GetLastWriteTimeUtc(probe);
        }

        var first = Written();
        while (Written() == first) { }
    }

    /// <summary>Contents of this store that the process has open.</summary>
    private int OpenFiles() =>
        Directory
            .GetFiles("/proc/self/fd")
            .Select(static descriptor => new FileInfo(descriptor).LinkTarget)
            .Count(target => target?.StartsWith(_folder.Path, StringComparison.Ordinal) == true);
}
