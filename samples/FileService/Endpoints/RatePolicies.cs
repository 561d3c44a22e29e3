namespace FileService.Endpoints;

/// <summary>The rate limit policies of <c>RateLimit:Policies</c> that endpoints name.</summary>
internal static class RatePolicies
{
    public const string Reads = "reads";
    public const string Writes = "writes";
    public const string Searches = "searches";
}
