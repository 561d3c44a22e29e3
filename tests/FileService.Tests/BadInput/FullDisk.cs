using System.Diagnostics;
using FileService.Tests.Fixture;
using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.BadInput;

/// <summary>A data folder on a disk of 24 MB (a real one: tmpfs, which wants root on Linux).</summary>
public sealed class FullDisk
{
    [SkippableTheory]
    [InlineData(Engine.Sqlite)]
    [InlineData(Engine.PostgreSql)]
    public async Task Uploads_answer_507_and_the_service_lives_on(Engine engine)
    {
        var database = await ServiceFixture.DatabaseAsync(engine);
        using var folder = new TempFolder();
        using var disk = SmallDisk.MountOrSkip(folder.File("disk"), megabytes: 24);
        await using var service = await ServiceProcess.StartAsync(
            new ServiceStart(disk.Path)
            {
                PostgreSql = database,
                Arguments =
                [
                    .. ServiceStart.Unlimited,
                    "--Collector:Period=00:00:00.5",
                    "--Collector:PassesPerSweep=1",
                ],
            }
        );
        var workspace = await service.Client.NewWorkspaceAsync();
        var before = await service.Client.UploadAsync(workspace, "before.txt", "stored before");

        using var tooLarge = await service.Client.PutAsync(workspace.Id, "large.bin", new byte[30 << 20]);
        var problem = await tooLarge.ShouldBeProblemAsync(507, names: "disk");

        problem.Text("type").Should().Be("urn:perfkit:storage-full");
        using var absent = await service.Client.GetAsync(ServiceCalls.FileUrl(workspace.Id, "large.bin"));
        await absent.ShouldBeProblemAsync(404);
        (await service.Client.GetStringAsync($"/files/{before.Text("id")}/content")).Should().Be("stored before");
        await service.Client.UploadAsync(workspace, "after.txt", "the room of the refused upload is free again");
    }

    private sealed class SmallDisk : IDisposable
    {
        private SmallDisk(string path) => Path = path;

        public string Path { get; }

        public static SmallDisk MountOrSkip(string path, int megabytes)
        {
            Skip.IfNot(OperatingSystem.IsLinux(), "a small disk for the test is a tmpfs, which Linux has");
            Directory.CreateDirectory(path);
            var code = Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", path);
            Skip.If(code != 0, "mounting a small disk for the test wants root");
            return new SmallDisk(path);
        }

        public void Dispose() => Run("umount", "-l", Path);

        private static int Run(string command, params string[] arguments)
        {
            var start = new ProcessStartInfo(command, arguments) { RedirectStandardError = true };
            using var process = Process.Start(start)!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode;
        }
    }
}
