using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;

namespace PerfKit.Streaming.Internal;

/// <summary>
/// Holds the reader of a file to Kestrel's MinResponseDataRate, by the bytes it acknowledges. Kestrel's own timing is put aside
/// meanwhile: it gives each flush of bytes that were advanced only its grace period, whatever their number.
/// </summary>
internal sealed class ReaderPace : IAsyncDisposable
{
    private const int CountedBytes = 64 * 1024; // TCP announces room in steps of up to this size.

    private readonly HttpContext _context;
    private readonly DirectOutput _output;
    private readonly IHttpMinResponseDataRateFeature? _feature;
    private readonly MinDataRate? _rate;
    private ITimer? _timer;
    private TimeSpan _window;
    private long _acknowledged;

    public ReaderPace(HttpContext context, DirectOutput output)
    {
        _context = context;
        _output = output;
        _feature = context.Features.Get<IHttpMinResponseDataRateFeature>();
        _rate = _feature?.MinDataRate;
        if (_rate is not null)
        {
            _feature!.MinDataRate = null;
        }
    }

    /// <summary>Starts to measure with the first flush that waits for the reader.</summary>
    public void Watch(bool isFlushed)
    {
        if (isFlushed || _rate is null || _timer is not null)
        {
            return;
        }

        var counted = TimeSpan.FromSeconds(CountedBytes / _rate.BytesPerSecond);
        _window = counted > _rate.GracePeriod ? counted : _rate.GracePeriod;
        _acknowledged = _output.Progress.Acknowledged;
        var clock = _context.RequestServices?.GetService<TimeProvider>() ?? TimeProvider.System;
        _timer = clock.CreateTimer(static self => ((ReaderPace)self!).Check(), this, _window, _window);
    }

    /// <summary>After this no check runs or will: the request is pooled, and the next one is not to be aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        if (_rate is not null)
        {
            _feature!.MinDataRate = _rate;
        }
    }

    private void Check()
    {
        var (acknowledged, waiting) = _output.Progress;
        if (waiting > 0 && acknowledged - _acknowledged < _rate!.BytesPerSecond * _window.TotalSeconds)
        {
            _context.Abort();
        }

        _acknowledged = acknowledged;
    }
}
