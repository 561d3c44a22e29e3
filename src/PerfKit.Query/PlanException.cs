namespace PerfKit.Query;

/// <summary>A statement does not use an index as it must; the message says why and has the plan.</summary>
public sealed class PlanException(string message) : Exception(message);
