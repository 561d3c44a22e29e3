namespace FileService.Rollout;

/// <summary>The operations that have a before and an after; each has a flag, <c>After</c> and its name.</summary>
internal enum Operation
{
    Load,
    Search,
    Convert,
    Sync,
}

/// <summary>Keys of the two implementations of an operation's interface.</summary>
internal static class Side
{
    public const string Before = "before";
    public const string After = "after";
}
