using System.Collections.Frozen;
using System.Net;

namespace PerfKit.RateLimit.Internal.Policies;

/// <summary>What a policy is between two changes of its configuration.</summary>
internal sealed class PolicyState
{
    private readonly int _maxKeys;
    private readonly TimeProvider _clock;
    private readonly FrozenDictionary<LimitKey, PolicyLimit>? _overrides;
    private readonly FrozenSet<LimitKey>? _allowed;
    private readonly AddressRange[] _ranges;
    private readonly bool _isShared;

    private PolicyState(
        RateLimitPolicyOptions options,
        PolicyLimit limit,
        Dictionary<LimitKey, PolicyLimit> overrides,
        int maxKeys,
        TimeProvider clock
    )
    {
        _maxKeys = maxKeys;
        _clock = clock;
        Options = options;
        Limit = limit;
        _overrides = overrides.Count > 0 ? overrides.ToFrozenDictionary() : null;
        _allowed =
            options.Allow.Count > 0
                ? options.Allow.Where(static it => !AddressRange.IsMeant(it)).Select(LimitKey.Of).ToFrozenSet()
                : null;
        _ranges = [.. RangesOf(options.Allow)];
        _isShared = options.Shared;
        IsShadow = options.Shadow;
    }

    public RateLimitPolicyOptions Options { get; }

    public bool IsShadow { get; }

    /// <summary>The limit of keys without an override.</summary>
    public PolicyLimit Limit { get; }

    public static PolicyState Of(RateLimitPolicyOptions source, int maxKeys, TimeProvider clock)
    {
        var options = source.Copy();
        var overrides = new Dictionary<LimitKey, PolicyLimit>();
        foreach (var (text, other) in options.Overrides)
        {
            overrides[KeyOf(text)] = Create(options.With(other), 1, clock);
        }

        return new(options, Create(options, maxKeys, clock), overrides, maxKeys, clock);
    }

    public PolicyLimit LimitOf(LimitKey key) =>
        _overrides is not null && _overrides.TryGetValue(key, out var limit) ? limit : Limit;

    public bool IsAllowed(LimitKey key, IPAddress? address)
    {
        if (_allowed is null)
        {
            return false;
        }

        if (_allowed.Contains(key))
        {
            return true;
        }

        if (address is null || _ranges.Length == 0)
        {
            return false;
        }

        var value = AddressRange.ValueOf(address);
        foreach (ref readonly var range in _ranges.AsSpan())
        {
            if (range.Contains(value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The state by other options. Limits that stay the same are kept; others are changed under way, so what was spent stays
    /// spent. Only from or to held permits, and from or to shared ones, a policy starts anew.
    /// </summary>
    public PolicyState Changed(RateLimitPolicyOptions source)
    {
        var options = source.Copy();
        var isAnew = options.Shared != _isShared;
        var limit = isAnew ? Create(options, _maxKeys, _clock) : Changed(Limit, options, _maxKeys);
        var overrides = new Dictionary<LimitKey, PolicyLimit>();
        foreach (var (text, other) in options.Overrides)
        {
            var key = KeyOf(text);
            overrides[key] =
                _overrides is not null && _overrides.TryGetValue(key, out var known)
                    ? Changed(known, options.With(other), 1)
                    : Create(options.With(other), 1, _clock);
        }

        return new PolicyState(options, limit, overrides, _maxKeys, _clock);
    }

    /// <summary>
    /// Takes along what keys have spent that had an override or have one now, when nobody spends by the former state any
    /// more but who was about to.
    /// </summary>
    public void Inherit(PolicyState former)
    {
        if (_isShared || former._isShared)
        {
            return;
        }

        var keys = Keys(_overrides).Concat(Keys(former._overrides)).Distinct();
        foreach (var key in keys)
        {
            var (limit, before) = (LimitOf(key), former.LimitOf(key));
            if (limit != before)
            {
                limit.Charge(key, before, isFresh: limit != Limit);
            }
        }

        static IEnumerable<LimitKey> Keys(FrozenDictionary<LimitKey, PolicyLimit>? overrides) =>
            overrides is null ? [] : overrides.Keys;
    }

    private PolicyLimit Changed(PolicyLimit limit, LimitOptions options, int maxKeys) =>
        IsSame(limit.Options, options) || limit.TryChange(options) ? limit : Create(options, maxKeys, _clock);

    private static bool IsSame(LimitOptions one, LimitOptions other) =>
        (one.Algorithm, one.Permits, one.Period, one.QueueLimit, one.QueueOrder)
        == (other.Algorithm, other.Permits, other.Period, other.QueueLimit, other.QueueOrder);

    private static PolicyLimit Create(LimitOptions options, int maxKeys, TimeProvider clock) =>
        options is RateLimitPolicyOptions { Shared: true }
            ? new SharedPolicyLimit(options, clock)
            : new KeyedPolicyLimit(options, maxKeys, clock);

    /// <summary>An override's key: an address counts as callers from there do.</summary>
    private static LimitKey KeyOf(string text) =>
        AddressRange.IsMeant(text) && IPAddress.TryParse(text, out var address)
            ? LimitKey.OfAddress(address)
            : LimitKey.Of(text);

    private static IEnumerable<AddressRange> RangesOf(IEnumerable<string> entries)
    {
        foreach (var entry in entries)
        {
            if (AddressRange.IsMeant(entry) && AddressRange.TryParse(entry, out var range))
            {
                yield return range;
            }
        }
    }
}
