namespace PerfKit.Caching;

/// <summary>What a tier tells the cache before it about the other processes' writes.</summary>
public interface ICacheTierListener
{
    /// <summary>Another process put or removed this key.</summary>
    /// <param name="key">The key.</param>
    void Removed(string key);

    /// <summary>Another process removed this tag.</summary>
    /// <param name="tag">The tag; <c>*</c> is everything.</param>
    void TagRemoved(string tag);

    /// <summary>From now on writes of other processes may go unheard.</summary>
    void Lost();

    /// <summary>
    /// Writes are heard from now on; some before may have gone unheard, so nothing kept from before can be trusted. Also
    /// told without <see cref="Lost"/> when a gap was found.
    /// </summary>
    void Restored();
}
