using Microsoft.Extensions.Caching.Distributed;
using StackExchange.Redis;

namespace PerfKit.Caching.Internal.Distributed;

/// <summary>How long an entry lives, in spans of time from its writing, and with an end in the clock of Redis.</summary>
internal readonly struct Lifetime
{
    private const long None = 0;
    private const long Longest = 365_000L * 24 * 60 * 60 * 1_000; // A thousand years.
    private readonly long _absolute;

    private Lifetime(long absolute, long span, long end)
    {
        _absolute = absolute;
        SpanMilliseconds = span;
        EndMilliseconds = end;
    }

    /// <summary>How long after each read it ends; 0 when it does not slide.</summary>
    public long SpanMilliseconds { get; }

    /// <summary>When a sliding entry ends at the latest, in milliseconds of the clock of Redis; 0 for never.</summary>
    public long EndMilliseconds { get; }

    public bool IsSliding => SpanMilliseconds != None;

    /// <summary>Whether its end has to be told in the clock of Redis, which the writer must ask for.</summary>
    public bool NeedsEnd => IsSliding && _absolute != None;

    /// <summary>How long it lives when nobody reads it.</summary>
    public Expiration Expiration =>
        (_absolute, SpanMilliseconds) switch
        {
            (None, None) => Expiration.Default,
            (None, var span) => TimeSpan.FromMilliseconds(span),
            (var absolute, None) => TimeSpan.FromMilliseconds(absolute),
            var (absolute, span) => TimeSpan.FromMilliseconds(Math.Min(absolute, span)),
        };

    /// <summary>Reads the options as the framework's provider does.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration has passed.</exception>
    public static Lifetime Of(DistributedCacheEntryOptions options, TimeProvider clock)
    {
        var absolute = options.AbsoluteExpirationRelativeToNow;
        if (options.AbsoluteExpiration is { } end)
        {
            var now = clock.GetUtcNow();
            if (end <= now)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(options),
                    end,
                    "AbsoluteExpiration must be in the future: an entry that has ended cannot be written."
                );
            }

            absolute ??= end - now;
        }

        return new Lifetime(Milliseconds(absolute), Milliseconds(options.SlidingExpiration), None);
    }

    /// <summary>The same with its end told, from what the clock of Redis says.</summary>
    public Lifetime EndingAfter(long nowMilliseconds) =>
        new(_absolute, SpanMilliseconds, checked(nowMilliseconds + _absolute));

    /// <summary>Whole milliseconds, at least 1, since less is no expiration to Redis; at most what all servers take.</summary>
    private static long Milliseconds(TimeSpan? span) =>
        span is { } value ? Math.Clamp(value.Ticks / TimeSpan.TicksPerMillisecond, 1, Longest) : None;
}
