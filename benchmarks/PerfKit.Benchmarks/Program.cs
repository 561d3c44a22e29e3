using BenchmarkDotNet.Running;
using PerfKit.Benchmarks.Gate;

// Two ways to run the same claims: BenchmarkDotNet for people, `gate` for CI.
return args is ["gate", .. var rest] ? await GateCommand.RunAsync(rest) : RunBenchmarks(args);

static int RunBenchmarks(string[] args)
{
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(GateCommand).Assembly).Run(args).ToList();
    return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
}
