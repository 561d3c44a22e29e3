using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PerfKit.RateLimit.Internal;

/// <summary>A policy of an endpoint, with the key it names found and the texts it sends at hand.</summary>
internal sealed partial class PlannedPolicy
{
    private readonly IDictionary<string, Func<HttpContext, LimitKey?>> _keys;
    private readonly ConditionalWeakTable<LimitOptions, FieldTexts> _known = [];
    private readonly ILogger _logger;
    private volatile View _view;
    private volatile FieldTexts _texts; // The last that were sent.

    public PlannedPolicy(RateLimitPolicy policy, IDictionary<string, Func<HttpContext, LimitKey?>> keys, ILogger logger)
    {
        _logger = logger;
        _keys = keys;
        Policy = policy;
        var options = policy.Options;
        var keyOf = keys.TryGetValue(options.By, out var found)
            ? found
            : throw new InvalidOperationException(
                $"The rate limit policy '{policy.Name}' is by '{options.By}', which is not one of the keys that UsePerfKitRateLimit knows: {string.Join(", ", keys.Keys.Order(StringComparer.OrdinalIgnoreCase))}."
            );
        _view = new View(options, keyOf);
        _texts = new FieldTexts(policy.Name, options);
    }

    public RateLimitPolicy Policy { get; }

    public RateLimitPolicyOptions Options => Current().Options;

    /// <summary>Whose permits a request spends; false when it is not limited.</summary>
    public bool TryGetKey(HttpContext context, out LimitKey key)
    {
        var view = Current();
        var found = view.KeyOf(context);
        key = found.GetValueOrDefault();
        return found.HasValue && !(view.HasAllowed && Policy.IsAllowed(key, context.Connection.RemoteIpAddress));
    }

    /// <summary>The texts of the key's limit, made when a limit is first met.</summary>
    public FieldTexts TextsOf(LimitKey key)
    {
        var limit = Policy.LimitOf(key);
        var texts = _texts;
        if (ReferenceEquals(texts.Limit, limit))
        {
            return texts;
        }

        return _texts = _known.GetValue(limit, it => new FieldTexts(Policy.Name, it));
    }

    /// <summary>The policy's options may have changed. A key that is not known now leaves the one that was.</summary>
    private View Current()
    {
        var view = _view;
        var options = Policy.Options;
        if (ReferenceEquals(view.Options, options))
        {
            return view;
        }

        if (!_keys.TryGetValue(options.By, out var keyOf))
        {
            keyOf = view.KeyOf;
            UnknownKey(_logger, Policy.Name, options.By, string.Join(", ", _keys.Keys));
        }

        return _view = new View(options, keyOf);
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Rate limit policy {Policy} is now by '{By}', which is not one of the keys {Keys}: it stays by the key it was by."
    )]
    private static partial void UnknownKey(ILogger logger, string policy, string by, string keys);

    private sealed record View(RateLimitPolicyOptions Options, Func<HttpContext, LimitKey?> KeyOf)
    {
        public bool HasAllowed { get; } = Options.Allow.Count > 0;
    }
}
