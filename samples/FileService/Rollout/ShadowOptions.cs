using System.Globalization;
using Microsoft.Extensions.Options;

namespace FileService.Rollout;

/// <summary>Configuration section <c>Shadow</c>: how many reads also run on the other side. Read again when it changes.</summary>
internal sealed class ShadowOptions
{
    public const string Section = "Shadow";

    /// <summary>Loads that are compared: 0 (none, the default) to 1 (all that the budget allows).</summary>
    public ShadowShare Load { get; set; } = new();

    /// <summary>Searches that are compared.</summary>
    public ShadowShare Search { get; set; } = new();

    /// <summary>Conversions that are compared.</summary>
    public ShadowShare Convert { get; set; } = new();

    /// <summary>Comparisons begun a second, all operations together: 1 to 1,000. Default 5.</summary>
    public int BudgetPerSecond { get; set; } = 5;

    /// <summary>Comparisons under way at once: 1 to 16. Default 1.</summary>
    public int MaxConcurrent { get; set; } = 1;

    public double ShareOf(Operation operation) =>
        operation switch
        {
            Operation.Load => Load.Share,
            Operation.Search => Search.Share,
            Operation.Convert => Convert.Share,
            _ => 0, // A sync writes: it never runs twice.
        };
}

/// <summary>One operation's part of the section.</summary>
internal sealed class ShadowShare
{
    /// <summary>From 0 to 1.</summary>
    public double Share { get; set; }
}

/// <summary>Names the key, the value and the range.</summary>
internal sealed class ShadowOptionsValidator : IValidateOptions<ShadowOptions>
{
    public ValidateOptionsResult Validate(string? name, ShadowOptions options)
    {
        var faults = new List<string>();
        Check(faults, "Load:Share", options.Load.Share, 0, 1);
        Check(faults, "Search:Share", options.Search.Share, 0, 1);
        Check(faults, "Convert:Share", options.Convert.Share, 0, 1);
        Check(faults, "BudgetPerSecond", options.BudgetPerSecond, 1, 1_000);
        Check(faults, "MaxConcurrent", options.MaxConcurrent, 1, 16);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Check(List<string> faults, string key, double value, double least, double most)
    {
        if (!(value >= least && value <= most))
        {
            faults.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{ShadowOptions.Section}:{key} is {value}; allowed is {least} to {most}."
                )
            );
        }
    }
}
