namespace PerfKit.Benchmarks.Gate;

/// <summary>
/// One promise: an area, an id, a bar and the way to measure it. A class deriving from this with a constructor without
/// parameters is found by <c>gate</c>. Implement <see cref="IAsyncDisposable"/> to clean up; a repeat uses a new instance.
/// </summary>
public abstract class Claim
{
    /// <summary>The group that is run together, such as <c>host</c> or <c>caching-local</c>.</summary>
    public abstract string Area { get; }

    /// <summary>The name within the area, exactly as the issue writes it.</summary>
    public abstract string Id { get; }

    public abstract Bar Bar { get; }

    /// <summary>Belongs into <c>gate --quick</c>: a counter, an allocation, or a ratio far from its bar, within seconds.</summary>
    public virtual bool Quick => false;

    /// <summary>A proof longer than an area may take; runs with <c>--soak</c> alone.</summary>
    public virtual bool Soak => false;

    /// <summary>After this the claim counts as one that could not run.</summary>
    public virtual TimeSpan Limit => TimeSpan.FromMinutes(Quick ? 1 : 10);

    /// <summary>Measures once. An exception means: could not run.</summary>
    public abstract Task<Measured> MeasureAsync(CancellationToken cancellationToken);
}
