using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>The policies by name. They follow the configuration: new ones come, known ones change, none ever goes.</summary>
[DebuggerDisplay("{Names.Count} policies")]
internal sealed class RateLimitPolicies : IRateLimitPolicies, IDisposable
{
    private const string MeterName = "PerfKit.RateLimit";

    private readonly Lock _reload = new();
    private readonly IOptionsFactory<RateLimitOptions> _factory;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly int _maxKeys;
    private readonly List<IDisposable> _changes = [];
    private volatile FrozenDictionary<string, RateLimitPolicy> _policies;

    public RateLimitPolicies(
        IOptions<RateLimitOptions> options,
        IOptionsFactory<RateLimitOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<RateLimitOptions>> changes,
        TimeProvider? clock,
        IMeterFactory? meters,
        ILogger<RateLimitOptions>? logger
    )
    {
        _factory = factory;
        _clock = clock ?? TimeProvider.System;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _maxKeys = options.Value.MaxKeys;
        _policies = options.Value.Policies.ToFrozenDictionary(
            static it => it.Key,
            it => new RateLimitPolicy(it.Key, it.Value, _maxKeys, _clock),
            StringComparer.OrdinalIgnoreCase
        );
        Warn(options.Value);
        if (meters?.Create(MeterName) is { } meter)
        {
            meter.CreateObservableCounter(
                "perfkit.ratelimit.requests",
                Decided,
                "{request}",
                "Requests decided by a policy."
            );
            meter.CreateObservableCounter(
                "perfkit.ratelimit.queued",
                () =>
                    _policies.Select(static it => new Measurement<long>(
                        it.Value.Counts.Queued.Value,
                        new KeyValuePair<string, object?>("policy", it.Key)
                    )),
                "{request}",
                "Requests that waited for a policy, whatever came of it."
            );
            meter.CreateObservableGauge(
                "perfkit.ratelimit.permits",
                () => Limits().Select(static it => new Measurement<int>(it.Limit.Permits, it.Tags)),
                "{permit}",
                "Permits of a policy, or of a key that has an override."
            );
            meter.CreateObservableGauge(
                "perfkit.ratelimit.period",
                () => Limits().Select(static it => new Measurement<double>(SecondsOf(it.Limit), it.Tags)),
                "s",
                "The time in which the permits come back; 0 where they are held."
            );
        }

        foreach (var change in changes)
        {
            _changes.Add(ChangeToken.OnChange(change.GetChangeToken, Reload));
        }
    }

    public IReadOnlyCollection<string> Names => [.. _policies.Keys.Order(StringComparer.Ordinal)];

    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    private RateLimitPolicy[] Items => [.. _policies.Values];

    public bool TryGet(string name, [MaybeNullWhen(false)] out RateLimitPolicy policy) =>
        _policies.TryGetValue(name, out policy);

    public void Dispose()
    {
        foreach (var change in _changes)
        {
            change.Dispose();
        }

        foreach (var policy in _policies.Values)
        {
            policy.Dispose();
        }
    }

    /// <summary>A configuration that cannot be used changes nothing: a limit is not lost to a mistyped number.</summary>
    private void Reload()
    {
        lock (_reload)
        {
            RateLimitOptions options;
            try
            {
                options = _factory.Create(Options.DefaultName);
            }
            catch (Exception e) when (e is OptionsValidationException or InvalidOperationException)
            {
                RateLimitLog.Refused(_logger, e.Message);
                return;
            }

            Warn(options);
            var policies = new Dictionary<string, RateLimitPolicy>(_policies, StringComparer.OrdinalIgnoreCase);
            foreach (var (name, changed) in options.Policies)
            {
                if (policies.TryGetValue(name, out var policy))
                {
                    policy.Change(changed);
                }
                else
                {
                    policies[name] = new RateLimitPolicy(name, changed, _maxKeys, _clock);
                }
            }

            foreach (var name in policies.Keys.Where(it => !options.Policies.ContainsKey(it)))
            {
                RateLimitLog.Removed(_logger, name);
            }

            _policies = policies.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
            RateLimitLog.Reloaded(_logger, options.Policies.Count);
        }
    }

    private void Warn(RateLimitOptions options)
    {
        foreach (var ignored in options.Ignored)
        {
            RateLimitLog.Ignored(_logger, ignored);
        }
    }

    private IEnumerable<Measurement<long>> Decided()
    {
        foreach (var (name, policy) in _policies)
        {
            var counts = policy.Counts;
            yield return new(counts.Admitted.Value, new("policy", name), new("outcome", "admitted"));
            yield return new(counts.Refused.Value, new("policy", name), new("outcome", "refused"));
            yield return new(counts.ShadowRefused.Value, new("policy", name), new("outcome", "shadow-refused"));
        }
    }

    private static double SecondsOf(LimitOptions limit) =>
        limit.Algorithm == LimitAlgorithm.Concurrency ? 0 : limit.Period.TotalSeconds;

    private IEnumerable<(LimitOptions Limit, KeyValuePair<string, object?>[] Tags)> Limits()
    {
        foreach (var (name, policy) in _policies)
        {
            var options = policy.Options;
            yield return (options, [new("policy", name)]);
            foreach (var (key, other) in options.Overrides)
            {
                yield return (options.With(other), [new("policy", name), new("key", key)]);
            }
        }
    }
}
