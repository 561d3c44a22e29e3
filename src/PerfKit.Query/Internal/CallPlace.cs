using System.Diagnostics;

namespace PerfKit.Query.Internal;

/// <summary>The user's code on the stack, nearest first. Tens of microseconds, the first time milliseconds for the symbols.</summary>
internal static class CallPlace
{
    private const int MaxFrames = 4;

    private static readonly string[] Others =
    [
        "System.",
        "Microsoft.",
        "Npgsql.",
        "Npgsql,",
        "Dapper.",
        "Dapper,",
        "SQLitePCL",
        "PerfKit.Query,",
        "PerfKit.Query.Dapper,",
        "PerfKit.Query.PostgreSql,",
        "PerfKit.Query.Sqlite,",
    ];

    /// <summary>File and line of up to four callers, or, without symbols, the method; null where none of them is on the stack.</summary>
    public static string? Find()
    {
        var places = new List<string>();
        string? method = null;
        foreach (var frame in new StackTrace(fNeedFileInfo: true).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame) is not { } info || IsOther(info.DeclaringAssemblyName))
            {
                continue;
            }

            method ??= $"{info.DeclaringTypeName}.{info.Name}";
            if (frame.GetFileName() is { } file && frame.GetFileLineNumber() is > 0 and var line)
            {
                places.Add($"{file}:{line}");
                if (places.Count == MaxFrames)
                {
                    break;
                }
            }
        }

        return places.Count > 0 ? string.Join(" < ", places) : method;
    }

    private static bool IsOther(string assembly)
    {
        foreach (var other in Others)
        {
            if (assembly.StartsWith(other, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
