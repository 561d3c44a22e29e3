using PerfKit.TestKit;
using StackExchange.Redis;

namespace PerfKit.Caching.Tests.Redis;

/// <summary>A user of Redis with the rights that the package's README names, and no others.</summary>
internal static class ReadmeUser
{
    /// <summary>Makes the user.</summary>
    /// <returns>The connection string.</returns>
    public static async Task<string> AddAsync(RedisServer server, string name)
    {
        var line = $"ACL SETUSER {name} ";
        var readme = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "RedisReadme.md"));
        var rights = readme[(readme.IndexOf(line, StringComparison.Ordinal) + line.Length)..]
            .Split("```")[0]
            .Split("\nACL")[0]
            .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        await using var admin = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        await admin.GetDatabase().ExecuteAsync("ACL", ["SETUSER", name, .. rights]);
        return $"{server.ConnectionString},user={name},password=secret";
    }
}
