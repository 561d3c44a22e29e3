using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace FileService.Setup;

/// <summary>Checks a section's annotations and names the configuration key, the value and the allowed range.</summary>
internal sealed class SectionValidator<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var failures = new List<string>();
        foreach (var property in typeof(T).GetProperties())
        {
            var value = property.GetValue(options);
            foreach (
                var rule in property.GetCustomAttributes(typeof(ValidationAttribute), true).Cast<ValidationAttribute>()
            )
            {
                if (!rule.IsValid(value))
                {
                    var key = $"{section}:{property.Name}";
                    failures.Add(
                        rule is RangeAttribute range
                            ? $"{key} is {value}; allowed is {range.Minimum} to {range.Maximum}."
                            : $"{key} is empty; give it a value."
                    );
                }
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
