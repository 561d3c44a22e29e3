namespace PerfKit.Streaming.Internal;

/// <summary>Opens as the caller says.</summary>
internal sealed class DelegateSource(Func<CancellationToken, ValueTask<ContentReader?>> open) : ContentSource
{
    public override ValueTask<ContentReader?> OpenAsync(CancellationToken cancellationToken) => open(cancellationToken);
}
