namespace PerfKit.TestKit.Histories;

/// <summary>One or several nodes with a cache, as <see cref="CacheSearch"/> plays histories on them; empty at the start.</summary>
public interface ICacheNodes : IAsyncDisposable
{
    /// <summary>Reads through the node's cache.</summary>
    /// <param name="node">From 0.</param>
    /// <param name="key">The key.</param>
    /// <param name="load">What the cache calls where it holds nothing: reads the source, and takes its time.</param>
    /// <returns>What it gave.</returns>
    ValueTask<long> ReadAsync(int node, string key, Func<ValueTask<long>> load);

    /// <summary>The source has changed: sets the value, removes the key or removes its tag, on the node's cache.</summary>
    /// <param name="node">From 0.</param>
    /// <param name="how">Set, Remove or RemoveByTag.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">What was written.</param>
    /// <returns>When the cache says that it is done.</returns>
    ValueTask WriteAsync(int node, CacheOperationKind how, string key, long value);

    /// <summary>Completes when the node must have heard what others had completed at the call, for instance after the lag.</summary>
    /// <param name="node">From 0.</param>
    /// <returns>When it has.</returns>
    ValueTask HearAsync(int node) => ValueTask.CompletedTask;

    /// <summary>Cuts the node's connection.</summary>
    /// <param name="node">From 0.</param>
    /// <returns>When it is cut.</returns>
    ValueTask CutAsync(int node) => ValueTask.CompletedTask;

    /// <summary>Lets the node connect again.</summary>
    /// <param name="node">From 0.</param>
    /// <returns>When it is connected, knows what it may have missed and has told what it wrote meanwhile.</returns>
    ValueTask ConnectAsync(int node) => ValueTask.CompletedTask;
}
