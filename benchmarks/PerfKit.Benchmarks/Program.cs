using BenchmarkDotNet.Running;
using PerfKit.Benchmarks.Claims;
using PerfKit.Benchmarks.Claims.Streaming.Crash;
using PerfKit.Benchmarks.Gate;
using PerfKit.Benchmarks.HitRatio;

// Two ways to run the same claims: BenchmarkDotNet for people, `gate` for CI. A claim about the process as a whole starts
// this program again as `child`, where nothing else has used memory. Beside them `ratios`: hit ratios in a table.
return args switch
{
    ["gate", .. var rest] => await GateCommand.RunAsync(rest),
    ["child", CrashServer.Name, var root, var kind] => await CrashServer.RunAsync(root, hasty: kind == "hasty"),
    ["child", var name, .. var rest] => await ChildCommand.RunAsync(name, rest),
    ["ratios", .. var rest] => await RatiosCommand.RunAsync(rest),
    _ => RunBenchmarks(args),
};

static int RunBenchmarks(string[] args)
{
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(GateCommand).Assembly).Run(args).ToList();
    return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
}
