using PerfKit.TestKit;

namespace PerfKit.Query.Tests.Locks;

public sealed class SqliteMigrationLockTests
{
    [Theory]
    [InlineData(":memory:")]
    [InlineData("file:data.db?mode=memory")]
    public void Constructor_refuses_what_is_not_a_file(string path)
    {
        var create = () => new SqliteMigrationLock(path);

        create.Should().Throw<ArgumentException>().WithMessage($"'{path}' is not the path of a file*");
    }

    [Fact]
    public async Task AcquireAsync_in_a_missing_folder_fails_at_once()
    {
        using var folder = new TempFolder();
        var migrations = new SqliteMigrationLock(Path.Combine(folder.Path, "missing", "data.db"));

        var acquire = () => migrations.AcquireAsync(TimeSpan.FromMinutes(1), CancellationToken.None).AsTask();

        await acquire.Should().ThrowAsync<DirectoryNotFoundException>();
    }

    [Fact]
    public async Task Disposing_removes_the_owners_note_and_keeps_the_lock_file()
    {
        using var folder = new TempFolder();
        var migrations = new SqliteMigrationLock(folder.File("data.db"));

        await using (await migrations.AcquireAsync(TimeSpan.Zero, CancellationToken.None))
        {
            File.ReadAllText(folder.File("data.db.migration-owner"))
                .Should()
                .Contain($"process {Environment.ProcessId} ");
        }

        Directory.GetFiles(folder.Path).Select(Path.GetFileName).Should().Equal("data.db.migration-lock");
    }
}
