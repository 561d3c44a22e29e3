namespace PerfKit.Streaming.Internal.Contract;

/// <summary>The words that the rules are written in.</summary>
internal static class Trial
{
    public static byte[] Bytes(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static void Demand(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ContentStoreContractException(otherwise);
        }
    }

    public static async Task DemandThrowsAsync<TException>(Func<Task> act, string call)
        where TException : Exception
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (TException)
        {
            return;
        }

        throw new ContentStoreContractException($"{call} did not throw {typeof(TException).Name}.");
    }

    public static async Task<ContentInfo> PutAsync(this IContentStore store, byte[] bytes, bool announce = true)
    {
        var writer = await store.CreateWriterAsync(announce ? bytes.Length : null).ConfigureAwait(false);
        await using var _ = writer.ConfigureAwait(false);
        await writer.WriteAsync(bytes).ConfigureAwait(false);
        var content = await writer.FinishAsync().ConfigureAwait(false);
        await writer.CommitAsync().ConfigureAwait(false);
        return content;
    }

    /// <summary>Puts small contents, told apart by a number.</summary>
    public static async Task<List<ContentInfo>> PutManyAsync(this IContentStore store, IEnumerable<int> numbers)
    {
        var contents = new List<ContentInfo>();
        foreach (var number in numbers)
        {
            contents.Add(await store.PutAsync(BitConverter.GetBytes(number)).ConfigureAwait(false));
        }

        return [.. contents.OrderBy(static content => content.Hash)];
    }

    public static async Task<byte[]> ReadAllAsync(this ContentReader reader)
    {
        var bytes = new byte[reader.Length];
        for (var at = 0; at < bytes.Length; )
        {
            var read = await reader.ReadAsync(at, bytes.AsMemory(at)).ConfigureAwait(false);
            Demand(read > 0, $"A read at {at} of {bytes.Length} bytes gave none.");
            at += read;
        }

        return bytes;
    }

    public static async Task<List<ContentInfo>> ToListAsync(this IAsyncEnumerable<ContentInfo> contents)
    {
        var list = new List<ContentInfo>();
        await foreach (var content in contents.ConfigureAwait(false))
        {
            list.Add(content);
        }

        return list;
    }

    public static async Task DemandHoldsAsync(this IContentStore store, byte[] bytes)
    {
        var hash = ContentHash.Compute(bytes);
        var info = await store.GetInfoAsync(hash).ConfigureAwait(false);
        Demand(
            info == new ContentInfo(hash, bytes.Length),
            $"A content of {bytes.Length} bytes has the info {info?.ToString() ?? "null"}."
        );
        var reader = await store.OpenReadAsync(hash).ConfigureAwait(false);
        Demand(reader is not null, $"A content of {bytes.Length} bytes that was committed cannot be opened.");
        await using var _ = reader!.ConfigureAwait(false);
        var read = await reader!.ReadAllAsync().ConfigureAwait(false);
        Demand(read.AsSpan().SequenceEqual(bytes), $"A content of {bytes.Length} bytes reads back with other bytes.");
    }

    public static async Task DemandHoldsNothingAsync(this IContentStore store, ContentHash hash)
    {
        Demand(await store.GetInfoAsync(hash).ConfigureAwait(false) is null, "The content has an info.");
        var reader = await store.OpenReadAsync(hash).ConfigureAwait(false);
        if (reader is not null)
        {
            await reader.DisposeAsync().ConfigureAwait(false);
        }

        Demand(reader is null, "The content can be opened.");
        var listed = await store.ListAsync().ToListAsync().ConfigureAwait(false);
        Demand(listed.Count == 0, $"The store lists {listed.Count} contents.");
    }
}
