// A gigabyte passes through a content store in blocks of 256 KB: hashed while it is written, stored once, read from the middle.
using System.IO.Pipelines;
using PerfKit.Streaming;

var root = Directory.CreateTempSubdirectory("perfkit-sample-");
var store = new LocalContentStore(new LocalContentStoreOptions { Root = root.FullName, Durable = false });

var hash = await StoreAsync(1_000_000_000);
await StoreAsync(1_000_000_000); // The same bytes again: found under their hash, and not kept twice.

await using (var reader = await store.OpenReadAsync(hash))
{
    var output = PipeWriter.Create(Stream.Null);
    Console.WriteLine($"the last 1000 bytes were copied: {await reader!.WriteToAsync(output, 999_999_000, 1000)}");
}

await foreach (var content in store.ListAsync())
{
    Console.WriteLine($"{content.Hash}: {content.Length} bytes");
}

Console.WriteLine($"memory in use: {Environment.WorkingSet / 1_000_000} MB");
root.Delete(recursive: true);

async Task<ContentHash> StoreAsync(long length)
{
    await using var writer = await store.CreateWriterAsync(length);
    for (var block = new byte[1_000_000]; writer.Length < length; )
    {
        await writer.WriteAsync(block);
    }

    var content = await writer.FinishAsync(); // Hashed and written, but not visible.
    await writer.CommitAsync();
    return content.Hash;
}
