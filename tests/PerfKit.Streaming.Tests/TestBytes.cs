namespace PerfKit.Streaming.Tests;

internal static class TestBytes
{
    public static byte[] Random(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task<ContentInfo> PutAsync(this IContentStore store, byte[] bytes)
    {
        await using var writer = await store.CreateWriterAsync(bytes.Length);
        await writer.WriteAsync(bytes);
        var info = await writer.FinishAsync();
        await writer.CommitAsync();
        await writer.CommitAsync();
        return info;
    }

    public static async Task<byte[]> ReadAllAsync(this IContentStore store, ContentHash hash)
    {
        await using var reader = await store.OpenReadAsync(hash);
        return await reader!.ReadAllAsync();
    }

    public static async Task<byte[]> ReadAllAsync(this ContentReader reader)
    {
        var copy = new MemoryStream();
        var stream = reader.AsStream(); // Not disposed: the reader is the caller's.
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }

    public static async Task<List<ContentInfo>> ListAllAsync(this IContentStore store) =>
        await store.ListAsync().ToListAsync();
}
