using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PerfKit.TestKit;

namespace PerfKit.Streaming.Tests;

public sealed class RegistrationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AddPerfKitStreaming_registers_one_local_store_that_counts_in_the_meter()
    {
        var services = new ServiceCollection().AddMetrics();
        services.AddPerfKitStreaming(options => options.Root = _folder.Path);
        await using var provider = services.BuildServiceProvider();
        var store = provider.GetRequiredService<IContentStore>();
        var counted = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == provider.GetRequiredService<IMeterFactory>())
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
            {
                var name = $"{instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))}";
                counted[name] = counted.GetValueOrDefault(name) + value;
            }
        );
        listener.Start();

        store.Should().BeSameAs(provider.GetRequiredService<LocalContentStore>());
        var info = await store.PutAsync(new byte[100]);
        await store.PutAsync(new byte[100]);
        await (await store.CreateWriterAsync()).DisposeAsync();
        await store.ReadAllAsync(info.Hash);

        counted
            .Should()
            .BeEquivalentTo(
                new Dictionary<string, long>
                {
                    ["perfkit.content.written local"] = 200,
                    ["perfkit.content.read local"] = 100,
                    ["perfkit.content.commits local stored"] = 1,
                    ["perfkit.content.commits local present"] = 1,
                    ["perfkit.content.abandoned local"] = 1,
                }
            );
    }

    [Fact]
    public async Task A_host_without_a_root_does_not_start_and_says_why()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddPerfKitStreaming(_ => { });
        using var host = builder.Build();

        var start = () => host.StartAsync();

        await start.Should().ThrowAsync<OptionsValidationException>().WithMessage("*Root is ''; it must be the path*");
    }
}
