using System.Runtime.InteropServices;

namespace PerfKit.Benchmarks.Claims.Caching.Tiered.Histories;

/// <summary>What driver and node tell each other: all of one size, so that many fit a packet and none has to be parsed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Flag">Of an answer.</param>
/// <param name="Key">The number of the key.</param>
/// <param name="History">Whose keys and tags.</param>
/// <param name="Call">Which call this is, or answers.</param>
/// <param name="Value">A value, or another number.</param>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
internal readonly record struct NodeFrame(
    NodeFrameKind Kind,
    NodeFlag Flag,
    short Key,
    int History,
    int Call,
    long Value
);

/// <summary>What a frame asks for or answers.</summary>
internal enum NodeFrameKind : byte
{
    /// <summary>Read through the cache.</summary>
    Read,

    /// <summary>Set the value.</summary>
    Set,

    /// <summary>Remove the key.</summary>
    Remove,

    /// <summary>Remove the tag of the key alone, or of the history.</summary>
    RemoveByTag,

    /// <summary>What the source has, for a factory that asked.</summary>
    Loaded,

    /// <summary>Hold a marker of this number, which somebody else then removes.</summary>
    Hold,

    /// <summary>Answer when that marker is no longer served.</summary>
    Heard,

    /// <summary>Answer when the second tier is available.</summary>
    Available,

    /// <summary>The wall clock jumps: milliseconds off from now on.</summary>
    Clock,

    /// <summary>From a node: a factory of this call asks the source; the value is the asking's number.</summary>
    Load,

    /// <summary>From a node: the answer.</summary>
    Done,
}

/// <summary>What is said beside an answer.</summary>
[Flags]
internal enum NodeFlag : byte
{
    None = 0,

    /// <summary>Behind the call the second tier was not available: what the call wrote may have to be told yet.</summary>
    Away = 1,

    /// <summary>The call threw, and its exception is on the error output.</summary>
    Failed = 2,
}
