namespace PerfKit.Caching.Internal;

/// <summary>
/// Lookups of text in a <see cref="KeyTable{TKey}"/>. Not generic, because a generic method over reference types looks its
/// types up at run time, which costs a hit a third of its time.
/// </summary>
internal static class TextTable
{
    public static KeyNode<string>? FindText(this KeyTable<string> table, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var hash = table.Secret.Of(key);
        while (true)
        {
            var nodes = Volatile.Read(ref table.Nodes);
            var node = Volatile.Read(ref nodes[hash & (uint)(nodes.Length - 1)]);
            while (node is not null && (node.Hash != hash || !string.Equals(node.Key, key)))
            {
                node = Volatile.Read(ref node.Next);
            }

            if (node is not null || table.IsSettled(nodes))
            {
                return node;
            }
        }
    }

    public static KeyNode<string>? FindText(this KeyTable<string> table, ReadOnlySpan<char> key)
    {
        var hash = table.Secret.Of(key);
        while (true)
        {
            var nodes = Volatile.Read(ref table.Nodes);
            var node = Volatile.Read(ref nodes[hash & (uint)(nodes.Length - 1)]);
            while (node is not null && (node.Hash != hash || !key.SequenceEqual(node.Key)))
            {
                node = Volatile.Read(ref node.Next);
            }

            if (node is not null || table.IsSettled(nodes))
            {
                return node;
            }
        }
    }
}
