using System.Globalization;
using PerfKit.TestKit;

namespace Conventions.Tests.TestKit;

/// <summary>What the tests of the handles start and kill.</summary>
internal static class TestProgram
{
    public static string Path => typeof(TestProgram).Assembly.Location;

    private static async Task Main(string[] arguments)
    {
        switch (arguments[0])
        {
            case "echo":
                while (Console.ReadLine() is { } line)
                {
                    Console.WriteLine($"said {line}");
                }

                break;
            case "own":
                await OwnAsync(arguments[1]);
                break;
        }
    }

    /// <summary>Owns a server and a process, and goes on until it is killed.</summary>
    private static async Task OwnAsync(string how)
    {
        await using var child = OwnProcess.Start("sleep", "1000");
        await using var server = await RedisServer.StartPrivateAsync();
        var id = server.ProcessId;
        var folder = Left.FolderOf(id);
        if (how == "frozen")
        {
            server.Freeze();
        }
        else if (how == "killed")
        {
            await server.KillAsync();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{child.Id} {id} {folder}"));
        await new TaskCompletionSource().Task;
    }
}
