using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PerfKit.Caching.Tests.Memory;

public sealed class MemoryServiceCollectionTests
{
    [Fact]
    public void AddPerfKitMemoryBudget_registers_one_budget_that_later_calls_configure()
    {
        using var services = new ServiceCollection()
            .AddPerfKitMemoryBudget(static o => o.LimitBytes = 5 << 20)
            .AddPerfKitMemoryBudget(static o => o.LimitBytes = 7 << 20)
            .BuildServiceProvider();

        services.GetServices<MemoryBudget>().Should().ContainSingle().Which.LimitBytes.Should().Be(7 << 20);
    }

    [Fact]
    public void Options_out_of_range_fail_the_start_with_a_sentence()
    {
        using var services = new ServiceCollection()
            .AddPerfKitMemoryBudget(static o => o.LimitFraction = 3)
            .BuildServiceProvider();

        var start = () => services.GetRequiredService<IStartupValidator>().Validate();

        start
            .Should()
            .Throw<OptionsValidationException>()
            .WithMessage("MemoryBudgetOptions: LimitFraction is 3 but must be between 0.01 and 0.95.");
    }

    [Fact]
    public void The_meter_reports_each_account_by_its_name()
    {
        var collection = new ServiceCollection();
        collection.AddMetrics();
        collection.AddPerfKitMemoryBudget(static o => o.LimitBytes = 1 << 20);
        using var services = collection.BuildServiceProvider();
        using var account = services.GetRequiredService<MemoryBudget>().OpenAccount("pipes");
        account.Pool.Rent(1024);
        account.TryReserve(2 << 20);

        var seen = MeterReadings.Collect(services.GetRequiredService<IMeterFactory>());

        seen.Should()
            .Contain("perfkit.memory.limit 1048576")
            .And.Contain("perfkit.memory.free 64512")
            .And.Contain("perfkit.memory.used pipes 1024")
            .And.Contain("perfkit.memory.refused pipes 1")
            .And.Contain("perfkit.memory.given_back pipes 0");
    }
}
