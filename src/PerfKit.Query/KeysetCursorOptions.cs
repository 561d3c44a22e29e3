namespace PerfKit.Query;

/// <summary>How cursors are signed.</summary>
public sealed class KeysetCursorOptions
{
    /// <summary>
    /// Secret keys, 1 to 16 of them, each 16 to 1,024 bytes: the first signs, all verify. Every instance of a service
    /// needs the same ones. To change the key, put the new one first and take the old one away when its cursors are
    /// forgotten. In configuration each is base64 text.
    /// </summary>
    public IList<byte[]> Keys { get; } = [];
}
