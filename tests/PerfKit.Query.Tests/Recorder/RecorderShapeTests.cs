using PerfKit.Query.Tests.Recorder.Shapes;

namespace PerfKit.Query.Tests.Recorder;

/// <summary>Seeded loops are named by file and line, and right code is left alone. The gate runs many more seeds.</summary>
public sealed class RecorderShapeTests
{
    [SkippableTheory]
    [MemberData(nameof(Engines.Both), MemberType = typeof(Engines))]
    public async Task Loops_are_named_and_batches_are_not(string engine)
    {
        await using var world = await RecorderWorld.CreateAsync(engine);
        using var recorder = new QueryRecorder();
        var wrong = new List<string>();
        foreach (var shape in RecorderShape.All.Where(s => s.Only is null || s.Only == engine))
        {
            for (var seed = 0; seed < 3; seed++)
            {
                if (await shape.WrongAsync(recorder, world, seed) is { } fault)
                {
                    wrong.Add(fault);
                }
            }
        }

        string.Join('\n', wrong).Should().BeEmpty();
    }
}
