using PerfKit.TestKit;
using PerfKit.TestKit.Load;

namespace FileService.Tests.BadInput;

/// <summary>Bad configuration fails at start with a sentence that names the key, the value and the allowed range.</summary>
public sealed class BadConfiguration
{
    [Theory]
    [InlineData("RateLimit:Policies:reads:Permits", "-1")]
    [InlineData("RateLimit:Policies:reads:Permits", "2147483648")]
    [InlineData("RateLimit:Policies:reads:Period", "00:00:00")]
    [InlineData("RateLimit:MaxKeys", "0")]
    [InlineData("Collector:Period", "00:00:00")]
    [InlineData("Storage:MaxUploadBytes", "-5")]
    [InlineData("RateLimit:Policies:reads:Permits", "many")]
    public async Task Start_with_a_value_out_of_range_exits_1_and_names_key_and_value(string key, string value)
    {
        using var folder = new TempFolder();

        var result = await ServiceProgram.RunAsync(
            ["--urls", $"http://127.0.0.1:{FreePort.Next()}", "--data", folder.Path, $"--{key}={value}"],
            TimeSpan.FromSeconds(20)
        );

        result.ExitCode.Should().Be(1, result.All);
        result.Error.Should().Contain(key.Split(':')[^1]).And.Contain(value);
        result.All.Should().NotContain("   at ", "a stack trace helps nobody who mistyped a number");
    }
}
