namespace PerfKit.RateLimit.Tests.Model;

/// <summary>What was admitted, and what the clock read then.</summary>
internal readonly record struct Admission(long At, int Permits);
