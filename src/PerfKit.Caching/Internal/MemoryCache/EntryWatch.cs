using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Primitives;

namespace PerfKit.Caching.Internal;

/// <summary>What an entry waits for (tokens) and who waits for it (callbacks).</summary>
internal sealed class EntryWatch
{
    private readonly Lock _gate = new();
    private List<IChangeToken>? _tokens;
    private List<PostEvictionCallbackRegistration>? _callbacks;
    private IChangeToken[] _sealed = []; // The tokens as they were when the entry was committed.
    private List<IDisposable>? _registrations;
    private bool _isRetired;

    public IList<IChangeToken> Tokens => _tokens ??= [];

    public IList<PostEvictionCallbackRegistration> Callbacks => _callbacks ??= [];

    public bool HasChangedToken
    {
        get
        {
            foreach (var token in _sealed)
            {
                if (token.HasChanged)
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Readers meet the tokens only from here on, so the list may still grow by an inner entry that is late.</summary>
    public void Seal()
    {
        lock (_gate)
        {
            _sealed = _tokens is { Count: > 0 } ? [.. _tokens] : [];
        }
    }

    /// <summary>Called without the cache's lock: a token that has changed calls back at once.</summary>
    public void Register(BoundedMemoryCache cache, MemoryCacheEntry entry)
    {
        foreach (var token in _sealed)
        {
            if (!token.ActiveChangeCallbacks)
            {
                continue;
            }

            var registration = token.RegisterChangeCallback(
                static state =>
                {
                    var (cache, entry) = ((BoundedMemoryCache, MemoryCacheEntry))state!;
                    cache.Expire(entry);
                },
                (cache, entry)
            );
            if (!TryKeep(registration))
            {
                registration.Dispose(); // The entry has left meanwhile.
            }
        }
    }

    public void PassTokens(MemoryCacheEntry outer)
    {
        if (_sealed.Length > 0)
        {
            outer.AddTokens(_sealed);
        }
    }

    /// <summary>Inner entries may be made side by side.</summary>
    public void AddTokens(IReadOnlyList<IChangeToken> tokens)
    {
        lock (_gate)
        {
            (_tokens ??= []).AddRange(tokens);
        }
    }

    /// <summary>
    /// Called without the cache's lock: to dispose of a registration waits for its callback, which may wait for the lock.
    /// </summary>
    public IReadOnlyList<PostEvictionCallbackRegistration> Retire()
    {
        List<IDisposable>? registrations;
        List<PostEvictionCallbackRegistration>? callbacks;
        lock (_gate)
        {
            _isRetired = true;
            (registrations, _registrations) = (_registrations, null);
            (callbacks, _callbacks) = (_callbacks, null);
        }

        foreach (var registration in registrations ?? [])
        {
            registration.Dispose();
        }

        return callbacks ?? [];
    }

    private bool TryKeep(IDisposable registration)
    {
        lock (_gate)
        {
            if (!_isRetired)
            {
                (_registrations ??= []).Add(registration);
            }

            return !_isRetired;
        }
    }
}
