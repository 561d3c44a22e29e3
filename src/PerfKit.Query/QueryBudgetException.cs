namespace PerfKit.Query;

/// <summary>Statements ran more often than a test allows; the message names them, their counts and lines.</summary>
public sealed class QueryBudgetException(string message) : Exception(message);
