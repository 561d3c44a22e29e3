using CsCheck;

namespace PerfKit.Benchmarks.Tests.HitRatio;

/// <summary>Random short streams over few keys, with a capacity: small enough for a model to be plain.</summary>
internal static class Streams
{
    public static Gen<(int[] Keys, int Capacity)> Any(int longest, int keys, int mostCapacity) =>
        Gen.Select(Gen.Int[0, keys - 1].Array[1, longest], Gen.Int[1, mostCapacity]);
}
