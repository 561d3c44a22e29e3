namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Crash;

/// <summary>When a round's instance is killed.</summary>
internal enum KillKind
{
    /// <summary>Once a commit is visible, while what the instance sends to Redis is lost, so that no removal can have reached it.</summary>
    BeforeRemoval,

    /// <summary>A drawn time after the writes began.</summary>
    AtAnyTime,

    /// <summary>Right at a drawn answer to a write.</summary>
    AtAnswer,
}
