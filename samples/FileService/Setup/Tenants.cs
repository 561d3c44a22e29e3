using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using PerfKit.RateLimit;

namespace FileService.Setup;

/// <summary>Who is calling: a tenant, perhaps with the right to manage storages.</summary>
internal sealed record Caller(string Tenant, bool IsAdmin)
{
    /// <summary>Whose permits the caller's requests spend.</summary>
    public LimitKey Limit { get; } = LimitKey.Of(Tenant);
}

/// <summary>
/// The tenants and their API keys from <c>Tenants:&lt;name&gt;:Keys</c> and <c>Admin:Keys</c>. Keys are compared as SHA-256
/// digests, so a comparison's time tells nothing of a key. Without any key the service is in development mode.
/// </summary>
internal sealed class Tenants
{
    public const string Default = "default";
    public const string DevelopmentKey = "dev";

    private readonly FrozenDictionary<string, Caller> _callers;

    public Tenants(IConfiguration configuration)
    {
        var callers = new Dictionary<string, Caller>(StringComparer.Ordinal);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var tenant in configuration.GetSection("Tenants").GetChildren())
        {
            CheckName(tenant.Key);
            names.Add(tenant.Key);
            Add(callers, $"Tenants:{tenant.Key}:Keys", tenant.GetSection("Keys"), new Caller(tenant.Key, false));
        }

        Add(callers, "Admin:Keys", configuration.GetSection("Admin:Keys"), new Caller(Default, true));
        IsDevelopment = callers.Count == 0;
        names.Add(Default);
        Names = [.. names];
        _callers = callers.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>No key is configured: loopback callers only, reads need no key, writes the key "dev".</summary>
    public bool IsDevelopment { get; }

    public IReadOnlyList<string> Names { get; }

    public Caller? Find(string? key)
    {
        if (key is null)
        {
            return null;
        }

        if (IsDevelopment)
        {
            return key == DevelopmentKey ? new Caller(Default, true) : null;
        }

        return _callers.GetValueOrDefault(Digest(key));
    }

    private static void Add(
        Dictionary<string, Caller> callers,
        string section,
        IConfigurationSection keys,
        Caller caller
    )
    {
        foreach (var key in keys.GetChildren().Select(static child => child.Value))
        {
            if (string.IsNullOrWhiteSpace(key))
            {
                throw new SetupException($"{section} holds an empty key; give every key at least one character.");
            }

            if (!callers.TryAdd(Digest(key), caller))
            {
                throw new SetupException(
                    $"{section} holds a key that is configured twice; a key belongs to one tenant."
                );
            }
        }
    }

    private static void CheckName(string name)
    {
        if (name.Length is 0 or > 64 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
        {
            throw new SetupException($"Tenants:{name} is not a tenant name: use 1 to 64 letters, digits, '-' and '_'.");
        }
    }

    private static string Digest(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}

/// <summary>A configuration the service cannot start with; the message names the key, the value and the way out.</summary>
internal sealed class SetupException(string message) : Exception(message);
