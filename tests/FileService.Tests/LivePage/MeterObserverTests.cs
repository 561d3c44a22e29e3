using System.Diagnostics.Metrics;
using FileService.LivePage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PerfKit.TestKit;

namespace FileService.Tests.LivePage;

public sealed class MeterObserverTests : IAsyncLifetime, IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _clock = new();
    private readonly MeterObserver _observer;
    private readonly Meter _meter;

    public MeterObserverTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _observer = new MeterObserver(meters, _clock);
        _meter = meters.Create("PerfKit.Test");
    }

    public Task InitializeAsync() => _observer.StartAsync(CancellationToken.None);

    public async Task DisposeAsync() => await _services.DisposeAsync();

    public void Dispose() => _observer.Dispose();

    [Fact]
    public void Read_of_a_counter_gives_its_sum_and_its_rate_by_tags()
    {
        var counter = _meter.CreateCounter<long>("test.things");
        counter.Add(5, new KeyValuePair<string, object?>("kind", "a"));
        counter.Add(1, new KeyValuePair<string, object?>("kind", "b"));
        Read().Should().OnlyContain(static r => r.PerSecond == null);

        counter.Add(20, new KeyValuePair<string, object?>("kind", "a"));
        _clock.Advance(TimeSpan.FromSeconds(4));
        var a = Read().Single(static r => r.Tags["kind"] == "a");
        (a.Value, a.PerSecond).Should().Be((25, 5));
    }

    [Fact]
    public void Read_of_observed_totals_gives_the_last_one()
    {
        var total = 7L;
        _meter.CreateObservableCounter("test.total", () => total);
        _meter.CreateObservableGauge("test.level", () => 3.5);
        Read();
        total = 17;
        _clock.Advance(TimeSpan.FromSeconds(2));
        var readings = Read().ToDictionary(static r => r.Instrument);
        (readings["test.total"].Value, readings["test.total"].PerSecond).Should().Be((17, 5));
        (readings["test.level"].Value, readings["test.level"].PerSecond).Should().Be((3.5, null));
    }

    [Fact]
    public async Task Read_while_instruments_are_published_gives_those_there_are()
    {
        var publishing = Task.WhenAll(
            Enumerable
                .Range(0, 2)
                .Select(t =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 500; i++)
                        {
                            _meter.CreateCounter<long>($"test.{t}.{i}");
                        }
                    })
                )
        );

        while (!publishing.IsCompleted)
        {
            Read();
        }

        await publishing;
    }

    [Fact]
    public void Read_leaves_out_other_meters_and_other_hosts()
    {
        using var other = new ServiceCollection().AddMetrics().BuildServiceProvider();
        other.GetRequiredService<IMeterFactory>().Create("PerfKit.Test").CreateCounter<long>("test.foreign").Add(1);
        _services.GetRequiredService<IMeterFactory>().Create("Kestrel").CreateCounter<long>("test.kestrel").Add(1);
        Read().Should().BeEmpty();
    }

    [Fact]
    public void Read_under_a_flood_of_tags_keeps_64_series()
    {
        var counter = _meter.CreateCounter<int>("test.flood");
        for (var i = 0; i < 1_000; i++)
        {
            counter.Add(1, new KeyValuePair<string, object?>("id", i));
        }

        Read().Should().HaveCount(MeterSeries.MaxSeries);
    }

    [Fact]
    public void Counting_does_not_allocate()
    {
        var counter = _meter.CreateCounter<long>("test.hot");
        var counted = 0;
        Allocated
            .Least(() =>
            {
                for (var i = 0; i < 100; i++, counted++)
                {
                    counter.Add(1, new KeyValuePair<string, object?>("kind", "a"));
                }
            })
            .Should()
            .Be(0);
        Read().Single().Value.Should().Be(counted);
    }

    [Fact]
    public void Counting_from_many_threads_loses_nothing()
    {
        var counter = _meter.CreateCounter<long>("test.shared");
        Parallel.For(0, 10_000, _ => counter.Add(1));
        Read().Single().Value.Should().Be(10_000);
    }

    /// <summary>This test's instruments alone: meters without a host are everybody's, and other tests use them meanwhile.</summary>
    private List<MeterReading> Read() =>
        _observer
            .Read(TimeSpan.Zero)
            .Where(static r => r.Instrument.StartsWith("test.", StringComparison.Ordinal))
            .ToList();
}
