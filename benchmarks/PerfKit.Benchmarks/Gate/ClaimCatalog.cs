namespace PerfKit.Benchmarks.Gate;

/// <summary>A claim as described by one instance, and how to make a fresh one to measure.</summary>
public sealed record FoundClaim(Claim Claim, Func<Claim> Create);

/// <summary>The claims of this program, in the order they are printed.</summary>
public static class ClaimCatalog
{
    /// <summary>Every class that derives from <see cref="Claim"/>; two of one area and id are a mistake and throw.</summary>
    public static IReadOnlyList<FoundClaim> Find()
    {
        var found = typeof(Claim)
            .Assembly.GetTypes()
            .Where(t => t.IsSubclassOf(typeof(Claim)) && !t.IsAbstract)
            .Select(t => new FoundClaim(Create(t), () => Create(t)))
            .OrderBy(f => f.Claim.Area, StringComparer.Ordinal)
            .ThenBy(f => f.Claim.Id, StringComparer.Ordinal)
            .ToList();
        var twice = found.GroupBy(f => (f.Claim.Area, f.Claim.Id)).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? found
            : throw new InvalidOperationException($"Two claims are called {twice.Key.Area} | {twice.Key.Id}");
    }

    private static Claim Create(Type type) => (Claim)Activator.CreateInstance(type)!;
}
