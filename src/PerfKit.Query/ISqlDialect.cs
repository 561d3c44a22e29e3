using System.Diagnostics.CodeAnalysis;

namespace PerfKit.Query;

/// <summary>What differs between engines in the SQL that PerfKit.Query helps to write.</summary>
public interface ISqlDialect
{
    /// <summary>The engine's name as in the OpenTelemetry conventions: <c>postgresql</c>, <c>sqlite</c>.</summary>
    string Name { get; }

    /// <summary>
    /// The condition "the column is one of the list", with one parameter whatever the list's length: one statement text,
    /// and no limit on the number of parameters.
    /// </summary>
    /// <param name="columnSql">The column as SQL; it comes from the program, never from a caller.</param>
    /// <param name="parameterName">The parameter's name, with or without the @.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "Kept because it is SQL's own word.")]
    string In(string columnSql, string parameterName);

    /// <summary>The value of that parameter.</summary>
    /// <exception cref="NotSupportedException">The engine cannot compare a list of this type.</exception>
    object ListParameter<T>(IReadOnlyCollection<T> values);
}
