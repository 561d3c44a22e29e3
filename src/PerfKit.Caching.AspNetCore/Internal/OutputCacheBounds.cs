using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Internal;

/// <summary>What the cache of the responses has for defaults, before all that the application sets, and what it cannot do.</summary>
internal sealed class OutputCacheBounds(IOptions<OutputCacheOptions> output)
    : IConfigureNamedOptions<TieredCacheOptions>,
        IValidateOptions<TieredCacheOptions>
{
    public const string Name = "output";

    // The path and the query fit into Kestrel's request line of 8 KB, and what varies by fields into its 32 KB of fields.
    private const int KeyLength = 65_536;

    private const long LeastCapacityBytes = 64 << 10;
    private const long MostCapacityBytes = 1L << 40;

    public void Configure(TieredCacheOptions options) { }

    public void Configure(string? name, TieredCacheOptions options)
    {
        if (name == Name)
        {
            options.CapacityBytes = Math.Clamp(output.Value.SizeLimit, LeastCapacityBytes, MostCapacityBytes);
            options.MaximumKeyLength = KeyLength;
            options.SharedTypes.Add(typeof(byte[])); // The middleware only reads what it gets.
        }
    }

    public ValidateOptionsResult Validate(string? name, TieredCacheOptions options) =>
        name != Name ? ValidateOptionsResult.Skip
        : options.Entries.StaleWhileRevalidate is { } stale
            ? ValidateOptionsResult.Fail(
                $"TieredCacheOptions '{Name}': Entries.StaleWhileRevalidate is {stale:c} but must be null: responses would be served beyond the time their policy gives them, and nothing would renew them."
            )
        : options.Entries.FailSafe is { } failSafe
            ? ValidateOptionsResult.Fail(
                $"TieredCacheOptions '{Name}': Entries.FailSafe is {failSafe:c} but must be null: responses would be kept for longer, and there is no factory for which one could stand in."
            )
        : ValidateOptionsResult.Skip;
}
