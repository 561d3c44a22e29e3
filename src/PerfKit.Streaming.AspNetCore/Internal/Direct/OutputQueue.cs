namespace PerfKit.Streaming.Internal;

/// <summary>Pieces in the order in which they go out.</summary>
internal sealed class OutputQueue
{
    public OutputPiece? First { get; private set; }

    public OutputPiece? Last { get; private set; }

    public void Add(OutputPiece piece)
    {
        if (Last is null)
        {
            First = piece;
        }
        else
        {
            Last.Next = piece;
        }

        Last = piece;
    }

    public OutputPiece TakeFirst()
    {
        var first = First!;
        First = first.Next;
        if (First is null)
        {
            Last = null;
        }

        first.Next = null;
        return first;
    }

    /// <summary>Appends all of the other's pieces, which is empty then.</summary>
    public void AddAll(OutputQueue other)
    {
        if (other.First is null)
        {
            return;
        }

        Add(other.First);
        Last = other.Last;
        (other.First, other.Last) = (null, null);
    }
}
