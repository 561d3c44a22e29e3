namespace PerfKit.Query.Internal;

/// <summary>One statement in a scope.</summary>
internal sealed class Statement(string shape)
{
    private const int MaxLooks = 4;
    private int _looks;

    /// <summary>The text without literal values.</summary>
    public string Shape => shape;

    /// <summary>False for what begins and ends transactions and for settings.</summary>
    public bool Counts { get; } = StatementText.Counts(shape);

    /// <summary>Full texts remembered for it.</summary>
    public int Texts { get; set; }

    public long Runs { get; set; }

    /// <summary>Where it repeats.</summary>
    public string? Place { get; private set; }

    /// <summary>Where the process ran it first: the best guess where every look found nobody.</summary>
    public string FirstPlace { get; } = FirstPlaces.Of(shape);

    /// <summary>
    /// Looks at the stack. A library that loops by itself resumes on the thread pool without the user's code below it: then
    /// the next runs are looked at, a few times.
    /// </summary>
    public void FindPlace(ref string? found)
    {
        if (Place is null && Interlocked.Increment(ref _looks) <= MaxLooks)
        {
            Place = found ??= CallPlace.Find();
        }
    }
}
