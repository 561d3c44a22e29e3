namespace PerfKit.Query.Internal;

/// <summary>
/// How often each statement ran. Bounded: the first <see cref="Capacity"/> different statements, of whose text the first
/// <see cref="MaxLength"/> characters count. Texts that differ in their literal values are one statement.
/// </summary>
internal sealed class StatementTable
{
    public const int Capacity = 1_000;
    public const int MaxLength = 4_096;
    private const int TextsAStatement = 4;

    private readonly Dictionary<string, Statement>.AlternateLookup<ReadOnlySpan<char>> _byText = NewLookup();
    private readonly List<Statement> _statements = [];
    private readonly Lock _gate = new();
    private long _runs;

    public long Runs => Volatile.Read(ref _runs);

    /// <summary>Statements were not counted because there were too many different ones.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Counts a run; null where it counts for nothing.</summary>
    /// <param name="text">What ran.</param>
    /// <param name="runs">How often it has run now.</param>
    public Statement? Count(ReadOnlySpan<char> text, out long runs)
    {
        text = text.Length > MaxLength ? text[..MaxLength] : text;
        lock (_gate)
        {
            if (!_byText.TryGetValue(text, out var statement))
            {
                statement = OfShape(text);
            }

            if (statement is not { Counts: true })
            {
                runs = 0;
                return null;
            }

            _runs++;
            runs = ++statement.Runs;
            return statement;
        }
    }

    public List<QueryRepeat> Above(int atMost)
    {
        lock (_gate)
        {
            return
            [
                .. _statements
                    .Where(s => s.Runs > atMost)
                    .OrderByDescending(static s => s.Runs)
                    .Select(static s => new QueryRepeat(StatementText.Short(s.Shape), s.Runs, s.Place ?? s.FirstPlace)),
            ];
        }
    }

    private static Dictionary<string, Statement>.AlternateLookup<ReadOnlySpan<char>> NewLookup() =>
        new Dictionary<string, Statement>(StatementComparer.Instance).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The statement by its text without values. A few full texts are remembered, which are found faster.</summary>
    private Statement? OfShape(ReadOnlySpan<char> text)
    {
        Span<char> buffer = stackalloc char[text.Length];
        var shape = StatementText.WithoutValues(text, buffer);
        if (!_byText.TryGetValue(shape, out var statement))
        {
            if (_statements.Count == Capacity)
            {
                Overflowed |= StatementText.Counts(shape);
                return null;
            }

            statement = new Statement(shape.ToString());
            _statements.Add(statement);
            _byText[shape] = statement;
        }

        if (statement.Texts < TextsAStatement && !shape.SequenceEqual(text))
        {
            statement.Texts++;
            _byText[text] = statement;
        }

        return statement;
    }
}
