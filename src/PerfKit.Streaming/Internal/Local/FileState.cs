namespace PerfKit.Streaming.Internal;

/// <summary>
/// What the system says of an open file. Taking away any of its names, and every other change, gives it another
/// <paramref name="ChangedAt"/> (ctime) or number of names.
/// </summary>
/// <param name="IsRegular">Not a folder, pipe, socket or device.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Names">Names (hard links) of the file; 0 once it is deleted.</param>
/// <param name="ChangedAt">In nanoseconds since 1970.</param>
internal readonly record struct FileState(bool IsRegular, long Length, uint Names, long ChangedAt);
