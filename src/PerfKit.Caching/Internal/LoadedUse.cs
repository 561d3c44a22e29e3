namespace PerfKit.Caching.Internal;

/// <summary>What is done with what a load made.</summary>
internal enum LoadedUse
{
    /// <summary>It is put.</summary>
    Put,

    /// <summary>It is not put, and what is there stays.</summary>
    Leave,

    /// <summary>It is not put, and what is there goes: it is older.</summary>
    Remove,
}
