using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace FileService.Rollout;

/// <summary>
/// The section <c>Shadow</c> as it is now. A change that does not hold is logged and the last good one stays, for a typing
/// error in a live file must not fail a request.
/// </summary>
internal sealed class ShadowSettings : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly IValidateOptions<ShadowOptions> _validator;
    private readonly ILogger<ShadowSettings> _log;
    private readonly IDisposable _changes;
    private volatile ShadowOptions _current;

    public ShadowSettings(
        IConfiguration configuration,
        IOptions<ShadowOptions> initial,
        IValidateOptions<ShadowOptions> validator,
        ILogger<ShadowSettings> log
    )
    {
        _configuration = configuration;
        _validator = validator;
        _log = log;
        _current = initial.Value;
        _changes = ChangeToken.OnChange(configuration.GetReloadToken, ReadAgain);
    }

    public ShadowOptions Current => _current;

    public void Dispose() => _changes.Dispose();

    private void ReadAgain()
    {
        try
        {
            var options = new ShadowOptions();
            _configuration.GetSection(ShadowOptions.Section).Bind(options);
            if (_validator.Validate(null, options) is { Failed: true } refused)
            {
                _log.LogWarning("The changed section Shadow is not used: {Faults}", refused.FailureMessage);
                return;
            }

            _current = options;
        }
        catch (InvalidOperationException e)
        {
            _log.LogWarning(e, "The changed section Shadow is not used.");
        }
    }
}
