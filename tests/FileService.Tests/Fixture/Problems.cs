using System.Text.Json;

namespace FileService.Tests.Fixture;

/// <summary>What the contract says about refusals: problem+json that names the fault.</summary>
internal static class Problems
{
    /// <summary>
    /// The answer is a problem with this status, all members of the contract, a detail that mentions <paramref name="names"/>
    /// and, when given, the parameter at fault. Returns the problem.
    /// </summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(
        this HttpResponseMessage response,
        int status,
        string? parameter = null,
        string? names = null
    )
    {
        var body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).Should().Be(status, "of the answer {0}", body);
        return ShouldBeProblem(response.Content.Headers.ContentType?.MediaType, body, status, parameter, names);
    }

    /// <summary>The same of an answer read from a socket.</summary>
    public static JsonElement ShouldBeProblem(
        this RawResponse response,
        int status,
        string? parameter = null,
        string? names = null
    )
    {
        response.Status.Should().Be(status, "of the answer {0}", response.Body);
        return ShouldBeProblem(response.Header("Content-Type"), response.Body, status, parameter, names);
    }

    private static JsonElement ShouldBeProblem(
        string? mediaType,
        string body,
        int status,
        string? parameter,
        string? names
    )
    {
        mediaType.Should().StartWith("application/problem+json", "of the answer {0}", body);
        var problem = JsonSerializer.Deserialize<JsonElement>(body);
        problem.Text("type").Should().MatchRegex("^urn:perfkit:[a-z0-9-]+$");
        problem.Text("title").Should().NotBeNullOrWhiteSpace();
        problem.GetProperty("status").GetInt32().Should().Be(status);
        problem.Text("detail").Should().NotBeNullOrWhiteSpace();
        problem.Text("detail").Should().NotContain("   at ", "a stack trace is nobody's business");
        if (parameter is not null)
        {
            problem.TryGetProperty("parameter", out var at).Should().BeTrue("{0} names the parameter at fault", body);
            at.GetString().Should().Be(parameter);
        }

        if (names is not null)
        {
            problem.Text("detail").Should().ContainEquivalentOf(names);
        }

        return problem;
    }
}
