using Microsoft.Extensions.Configuration;

namespace PerfKit.RateLimit.Tests.Policies;

/// <summary>A configuration that is changed like a file: all at once.</summary>
internal sealed class Settings : ConfigurationProvider, IConfigurationSource
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.OrdinalIgnoreCase);

    public Settings(params (string Key, string Value)[] values)
    {
        foreach (var (key, value) in values)
        {
            _values[key] = value;
        }

        Load();
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override void Load() => Data = new Dictionary<string, string?>(_values, StringComparer.OrdinalIgnoreCase);

    /// <summary>Sets values, or with null removes a key and all below it.</summary>
    public void Change(params (string Key, string? Value)[] values)
    {
        foreach (var (key, value) in values)
        {
            foreach (var below in _values.Keys.Where(it => value is null && IsAtOrBelow(it, key)).ToList())
            {
                _values.Remove(below);
            }

            if (value is not null)
            {
                _values[key] = value;
            }
        }

        Load();
        OnReload();
    }

    private static bool IsAtOrBelow(string it, string key) =>
        it.Equals(key, StringComparison.OrdinalIgnoreCase)
        || it.StartsWith(key + ":", StringComparison.OrdinalIgnoreCase);
}
