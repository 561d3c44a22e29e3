namespace PerfKit.Query.Internal;

/// <summary>Takes the flow out of its scopes until disposed.</summary>
internal sealed class ExpectedRuns : IDisposable
{
    private readonly QueryScope? _around = Hearing.Scope;
    private bool _ended;

    public ExpectedRuns()
    {
        Hearing.Scope = null;
    }

    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            Hearing.Scope = _around;
        }
    }
}
