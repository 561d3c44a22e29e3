namespace PerfKit.TestKit.Histories;

/// <summary>Leaves out what does not matter: large pieces first, then single ones until none can go (Zeller's ddmin).</summary>
internal static class Shortest
{
    /// <summary>A part of the list, no element of which can be left out.</summary>
    /// <param name="whole">What is wrong.</param>
    /// <param name="isWrong">Whether a part is still wrong in the same way.</param>
    public static List<T> Of<T>(IReadOnlyList<T> whole, Func<List<T>, bool> isWrong) =>
        OfAsync(whole, part => Task.FromResult(isWrong(part))).GetAwaiter().GetResult(); // It has completed.

    /// <summary>The same where a part is tried by playing it.</summary>
    public static async Task<List<T>> OfAsync<T>(IReadOnlyList<T> whole, Func<List<T>, Task<bool>> isWrong)
    {
        List<T> left = [.. whole];
        for (var size = Math.Max(1, left.Count / 2); ; size = Math.Max(1, size / 2))
        {
            var hasShrunk = false;
            for (var at = left.Count - size; at > -size; at -= size)
            {
                var from = Math.Max(0, at);
                List<T> part = [.. left[..from], .. left[(at + size)..]];
                if (await isWrong(part))
                {
                    left = part;
                    hasShrunk = true;
                }
            }

            if (size == 1 && !hasShrunk)
            {
                return left;
            }
        }
    }
}
