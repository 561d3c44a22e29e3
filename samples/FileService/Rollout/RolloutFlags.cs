using System.Collections.Concurrent;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace FileService.Rollout;

/// <summary>
/// Asks the flags AfterLoad, AfterSearch, AfterConvert and AfterSync (section <c>FeatureManagement</c>) which side a tenant
/// gets. A flag that is not configured is on; one that cannot be read is on too, and the log says why.
/// </summary>
internal sealed class RolloutFlags(
    IFeatureManager features,
    IFeatureDefinitionProvider definitions,
    ILogger<RolloutFlags> log
)
{
    private readonly ConcurrentDictionary<Operation, string> _faults = new();

    /// <summary>True for after. The same tenant gets the same answer until the configuration changes.</summary>
    public async ValueTask<bool> UsesAfterAsync(Operation operation, string tenant)
    {
        var flag = NameOf(operation);
        try
        {
            var isOn =
                await definitions.GetFeatureDefinitionAsync(flag) is null
                || await features.IsEnabledAsync(flag, new TargetingContext { UserId = tenant, Groups = [] });
            _faults.TryRemove(operation, out _);
            return isOn;
        }
        catch (Exception e) when (e is FeatureManagementException or ArgumentException or InvalidOperationException)
        {
            if (_faults.TryAdd(operation, e.Message))
            {
                log.LogWarning(e, "FeatureManagement:{Flag} cannot be read; it counts as on.", flag);
            }

            return true;
        }
    }

    private static string NameOf(Operation operation) =>
        operation switch
        {
            Operation.Load => "AfterLoad",
            Operation.Search => "AfterSearch",
            Operation.Convert => "AfterConvert",
            _ => "AfterSync",
        };
}
