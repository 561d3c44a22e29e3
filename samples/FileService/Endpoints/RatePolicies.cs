namespace FileService.Endpoints;

/// <summary>The rate limit policies of <c>RateLimit:Policies</c> that endpoints name.</summary>
internal static class RatePolicies
{
    public const string Reads = "reads";
    public const string Writes = "writes";
    public const string Searches = "searches";

    /// <summary>Searches that run at once, of all tenants: those that wait are served tenant by tenant.</summary>
    public const string SearchSlots = "search-slots";

    /// <summary>What starting a sync costs of the writes: it reads a whole workspace.</summary>
    public const int SyncCost = 10;
}
