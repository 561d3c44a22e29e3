namespace PerfKit.Caching.Internal;

/// <summary>Names of types that outlive releases.</summary>
internal static class TypeNames
{
    /// <summary>
    /// <c>Type.ToString</c>: the full name and those of its type arguments, no assembly. The names of anonymous types are
    /// numbers that the next build may give to another type, so those count for one build only.
    /// </summary>
    public static string Of(Type type)
    {
        var name = type.ToString();
        return name.Contains('<', StringComparison.Ordinal) ? $"{name}@{type.Module.ModuleVersionId:N}" : name;
    }
}
