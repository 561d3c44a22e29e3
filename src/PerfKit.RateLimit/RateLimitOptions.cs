using Microsoft.Extensions.Configuration;
using PerfKit.RateLimit.Internal.Keyed;
using static System.FormattableString;

namespace PerfKit.RateLimit;

/// <summary>The policies by name, and the bound on the keys each one tells apart.</summary>
public sealed class RateLimitOptions
{
    internal const int MaxPolicies = 1_000;
    internal const int MaxNameLength = 64;

    private static readonly string[] Settings = [nameof(Policies), nameof(MaxKeys)];
    private static readonly string[] OverrideSettings =
    [
        nameof(RateLimitOverride.Permits),
        nameof(RateLimitOverride.Period),
    ];
    private static readonly string[] PolicySettings =
    [
        nameof(RateLimitPolicyOptions.Algorithm),
        nameof(RateLimitPolicyOptions.Permits),
        nameof(RateLimitPolicyOptions.Period),
        nameof(RateLimitPolicyOptions.By),
        nameof(RateLimitPolicyOptions.Allow),
        nameof(RateLimitPolicyOptions.Overrides),
        nameof(RateLimitPolicyOptions.Shared),
        nameof(RateLimitPolicyOptions.QueueLimit),
        nameof(RateLimitPolicyOptions.QueueOrder),
        nameof(RateLimitPolicyOptions.Shadow),
    ];

    private bool _hasSection;

    /// <summary>
    /// Policies by name, at most 1,000. A name has 1 to 64 characters out of letters, digits, <c>.</c>, <c>_</c> and
    /// <c>-</c>: it is written to response fields and metrics. Upper and lower case are the same, as in configuration.
    /// </summary>
    public Dictionary<string, RateLimitPolicyOptions> Policies { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Keys with spent permits that each policy tells apart: 1 to 16,777,216, by default 100,000. The memory, 27 bytes
    /// a key, is reserved at once and does not grow. Read once.
    /// </summary>
    public int MaxKeys { get; set; } = 100_000;

    /// <summary>The section the policies come from, with a colon behind it; empty where they are set in code.</summary>
    internal string Section { get; set; } = "";

    /// <summary>Sentences about settings that mean nothing.</summary>
    internal List<string> Ignored { get; } = [];

    /// <summary>Notes where the policies come from, and what stands there in vain.</summary>
    internal void Note(IConfiguration source)
    {
        if (source is IConfigurationSection section)
        {
            Section = _hasSection ? "" : section.Path + ":"; // Of several, which one is not known.
            _hasSection = true;
            NoteIgnored(section, "rate limits", Settings);
        }

        foreach (var policy in source.GetSection(nameof(Policies)).GetChildren())
        {
            NoteIgnored(policy, "a policy", PolicySettings);
            foreach (var other in policy.GetSection(nameof(RateLimitPolicyOptions.Overrides)).GetChildren())
            {
                NoteIgnored(other, "an override", OverrideSettings);
            }
        }
    }

    internal IEnumerable<string> Faults() => Found().Select(it => Section + it);

    private void NoteIgnored(IConfigurationSection section, string of, string[] settings)
    {
        foreach (var child in section.GetChildren())
        {
            if (!settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                Ignored.Add(
                    $"{child.Path} is not a setting of {of} and is ignored; they are {string.Join(", ", settings)}."
                );
            }
        }
    }

    private IEnumerable<string> Found()
    {
        if (KeyedLimits.MaxKeysFault(MaxKeys) is { } keysFault)
        {
            yield return keysFault;
        }

        if (Policies.Count > MaxPolicies)
        {
            yield return Invariant($"Policies has {Policies.Count} entries but must have at most {MaxPolicies}.");
        }

        foreach (var (name, policy) in Policies)
        {
            if (
                name.Length is 0 or > MaxNameLength
                || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            )
            {
                yield return Invariant(
                    $"Policies:{name} must be named with 1 to {MaxNameLength} letters, digits, '.', '_' or '-'."
                );
            }

            foreach (var fault in policy.Faults($"Policies:{name}:"))
            {
                yield return fault;
            }
        }
    }
}
