using PerfKit.Benchmarks.Gate;
using PerfKit.Query;
using PerfKit.Query.Tests.Recorder.Shapes;

namespace PerfKit.Benchmarks.Claims.Query;

/// <summary>
/// Seeded loops that were not named by file and line, and right programs that were: each shape on both engines, with loops
/// from the first count that is too many to twenty.
/// </summary>
public sealed class RecorderFound : Claim
{
    private const int Seeds = 17;

    public override string Area => "query";
    public override string Id => "recorder-found";
    public override Bar Bar => Bar.AtMost(0, "wrong", "<= 0");
    public override bool Quick => true;

    public override async Task<Measured> MeasureAsync(CancellationToken cancellationToken)
    {
        using var recorder = new QueryRecorder();
        var wrong = new List<string>();
        var loops = 0;
        var programs = 0;
        foreach (var engine in new[] { "sqlite", "postgresql" })
        {
            await using var world = await RecorderWorld.CreateAsync(engine, ownServer: true);
            foreach (var shape in RecorderShape.All.Where(s => s.Only is null || s.Only == engine))
            {
                for (var seed = 0; seed < Seeds; seed++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    programs++;
                    loops += shape.Repeats ? 1 : 0;
                    if (await shape.WrongAsync(recorder, world, seed) is { } fault)
                    {
                        wrong.Add(fault);
                    }
                }
            }
        }

        return new Measured(
            wrong.Count,
            "wrong",
            $"{loops} programs with a loop, {programs - loops} without{(wrong.Count == 0 ? "" : $": {wrong[0]}")}"
        );
    }
}
