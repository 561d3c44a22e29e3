namespace PerfKit.Caching.Internal.RedisTiers;

/// <summary>Changes of the keys that are claimed without having been read.</summary>
internal sealed class KeyWatches
{
    private readonly Dictionary<string, Watch> _watches = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    public Watch Enter(string key)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(key, out var watch))
            {
                _watches[key] = watch = new Watch();
            }

            watch.Users++;
            return watch;
        }
    }

    public void Leave(string key, Watch watch)
    {
        lock (_gate)
        {
            if (--watch.Users == 0)
            {
                _watches.Remove(key);
            }
        }
    }

    public void Changed(string key, long sequence)
    {
        lock (_gate)
        {
            if (_watches.TryGetValue(key, out var watch))
            {
                watch.Changed = sequence;
            }
        }
    }

    internal sealed class Watch
    {
        private long _changed;

        public int Users { get; set; }

        /// <summary>The number of the last change heard.</summary>
        public long Changed
        {
            get => Volatile.Read(ref _changed);
            set => Volatile.Write(ref _changed, value);
        }
    }
}
