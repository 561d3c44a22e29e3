using System.Runtime.CompilerServices;

namespace PerfKit.Query.Tests.Recorder.Shapes;

/// <summary>A way to run statements, and whether a recorder must say something of it.</summary>
internal sealed record RecorderShape(string Name, bool Repeats, Func<RecorderWorld, Seed, Task> RunAsync)
{
    /// <summary>The engine that alone has this shape.</summary>
    public string? Only { get; init; }

    public static IReadOnlyList<RecorderShape> All { get; } =
    [.. LoopShapes.All, .. HiddenLoopShapes.All, .. EfLoopShapes.All, .. SilentShapes.All, .. SilentEfShapes.All];

    /// <summary>Runs it in a scope; null, or what was missed, wrongly placed or said for nothing.</summary>
    public async Task<string?> WrongAsync(QueryRecorder recorder, RecorderWorld world, int seedNumber)
    {
        var seed = new Seed(seedNumber, recorder);
        using var scope = recorder.Begin(Name);
        await RunAsync(world, seed);
        var repeats = scope.Repeats;
        var fault =
            Repeats ? seed.Missing(repeats)
            : repeats.Count > 0 ? $"a false alarm: {repeats[0]}"
            : null;
        return fault is null ? null : $"{Name} on {world.Engine}, seed {seedNumber}: {fault}";
    }
}

/// <summary>The chance of one run, and the lines that must be named.</summary>
internal sealed class Seed(int number, QueryRecorder recorder)
{
    private readonly List<string> _lines = [];

    public Random Random { get; } = new(number);

    /// <summary>How often the loop runs: from the first count that is too many.</summary>
    public int Count { get; } = 4 + number % 17;

    public QueryRecorder Recorder => recorder;

    /// <summary>Says that the line it stands on must be named, and gives back its argument.</summary>
    public T Here<T>(T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        lock (_lines)
        {
            var place = $"{file}:{line}";
            if (!_lines.Contains(place))
            {
                _lines.Add(place);
            }
        }

        return value;
    }

    /// <summary>The program did what it should, or the shape is wrong.</summary>
    public static void Must(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("The program of a recorder shape read something else than it wrote.");
        }
    }

    public string? Missing(IReadOnlyList<QueryRepeat> repeats)
    {
        var named = repeats.SelectMany(static r => r.Place.Replace(" (first seen)", "").Split(" < ")).ToHashSet();
        var missing = _lines.FirstOrDefault(line => !named.Contains(line));
        return missing is null
            ? null
            : $"{missing} is not named, {(repeats.Count == 0 ? "nothing is" : string.Join("; ", repeats))}";
    }
}
