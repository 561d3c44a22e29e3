namespace Conventions.Tests;

/// <summary>A fenced code block of a page.</summary>
internal sealed record MarkdownCode(string Page, int Line, string Language, string Code)
{
    public static IEnumerable<MarkdownCode> BlocksOf(string page)
    {
        var lines = Repository.Lines(page);
        for (var i = 0; i < lines.Length; i++)
        {
            var fence = lines[i].TrimStart();
            if (!fence.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            var start = i + 1;
            var end = Array.FindIndex(lines, start, l => l.TrimStart().StartsWith("```", StringComparison.Ordinal));
            if (end < 0)
            {
                throw new InvalidOperationException($"{page}:{start} opens a code block that is never closed");
            }

            yield return new MarkdownCode(page, start, fence[3..].Trim(), string.Join('\n', lines[start..end]));
            i = end;
        }
    }

    /// <summary>The line of <paramref name="page"/> is the block's own fence.</summary>
    public override string ToString() => $"{Page}:{Line}";
}
